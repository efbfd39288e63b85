import { at, type TargetScanner } from '../../strategies/index.ts';
import { type BlockScan, openBlockScan } from './block-scan.ts';
import type { Course } from './course.ts';
import type { LongMemory } from './long-memory.ts';
import type { Block, Piece } from './pieces.ts';
import { writeSegment, writeSlice } from './tally.ts';

/** What the courses of a batch share: one symbol, bought with everything or not at all. */
export interface LongMarket {
  readonly memory: LongMemory;
  readonly capital: number;
}

/** The numbers of a record that are read here, as in `course.as`. */
const SUM = 0;
const SQUARES = 1;
const MOVED = 2;
const DEPTH = 4;
const EQUITY = 5;
const TRADES = 6;
const WINS = 7;
const FILLS = 8;
const IS_DOUBTFUL = 9;

/** One symbol without short sales. It is followed by WebAssembly (`course.as`); its figures are written here. */
export class LongCourse implements Course {
  private readonly market: LongMarket;
  private readonly row: Float64Array;
  private readonly address: number;
  private readonly numbers: Float64Array;
  private readonly scan: BlockScan;

  /**
   * @param place of its record, from 0
   * @param row where the figures are written, zeros before
   */
  constructor(
    market: LongMarket,
    scanner: TargetScanner,
    { place, row }: { readonly place: number; readonly row: Float64Array },
  ) {
    this.market = market;
    this.row = row;
    const { address, numbers } = market.memory.record(place);
    this.address = address;
    this.numbers = numbers;
    this.scan = openBlockScan(market.memory, scanner, address);
  }

  get isDoubtful(): boolean {
    return this.numbers[IS_DOUBTFUL] !== 0;
  }

  advance(block: Block): void {
    this.scan.scan(block);
    for (const piece of block.pieces) {
      this.follow(piece, block.from);
      if (piece.closesSegment) this.closeSegment(piece);
    }
  }

  private follow({ from, to, opensSlice }: Piece, start: number): void {
    const { memory, capital } = this.market;
    if (opensSlice) memory.wasm.open(this.address, capital);
    // Nothing can be executed at the first bar of a slice: none of its targets was decided before it.
    memory.wasm.follow(this.address, from - start + (opensSlice ? 1 : 0), to - start);
  }

  private closeSegment(piece: Piece): void {
    const { row, numbers } = this;
    const sums = { sum: at(numbers, SUM), squares: at(numbers, SQUARES), moved: at(numbers, MOVED) };
    if (writeSegment(row, piece, sums)) numbers[IS_DOUBTFUL] = 1;
    numbers.fill(0, SUM, MOVED + 1);
    if (!piece.closesSlice) return;
    writeSlice(row, piece, { growth: at(numbers, EQUITY) / this.market.capital, depth: at(numbers, DEPTH) });
    row[piece.sliceOffset + 2] = at(numbers, TRADES);
    row[piece.sliceOffset + 3] = at(numbers, WINS);
    row[piece.sliceOffset + 4] = at(numbers, FILLS);
  }
}
