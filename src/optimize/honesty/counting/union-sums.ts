/**
 * Σr and Σr² of every combination over any union of blocks, in one addition each. Blocks stand in groups of six with a
 * table of all 64 sums each; the sum over all groups but the first is kept until it changes, which with ascending masks is
 * seldom. The order of the additions depends on the mask alone: a union has the same sum, to the bit, whoever asks.
 */
import { at } from '../../../strategies/index.ts';
import type { BlockReturns } from '../block-returns.ts';

/** Blocks of a group. */
export const GROUP = 6;
/** Unions of a group's blocks. */
export const UNIONS = 1 << GROUP;

/** Tables for one set of combinations; lives as long as a range of splits is counted. */
export interface UnionTables {
  readonly combinations: number;
  readonly groups: number;
  /** [groups, 64, K] Σr. */
  readonly sums: Float64Array;
  /** [groups, 64, K] Σr². */
  readonly powers: Float64Array;
}

/** A union of blocks that moves from mask to mask. */
export interface Union {
  readonly tables: UnionTables;
  /** Bits of all groups but the first; −1 before the first move. */
  upper: number;
  /** [K] Σr over the upper groups. */
  readonly sums: Float64Array;
  /** [K] Σr² over the upper groups. */
  readonly powers: Float64Array;
}

/** Computes the tables of all groups. */
export function unionTables(returns: BlockReturns): UnionTables {
  const { combinations, blocks } = returns;
  const groups = Math.ceil(blocks / GROUP);
  const size = groups * UNIONS * combinations;
  const tables = { combinations, groups, sums: new Float64Array(size), powers: new Float64Array(size) };
  for (let block = 0; block < blocks; block++) addBlock(tables, returns, block);
  return tables;
}

/** Adds a block to every union of the blocks before it in its group. */
function addBlock({ sums, powers }: UnionTables, returns: BlockReturns, block: number): void {
  const { combinations, counts, means, squares } = returns;
  const alone = 1 << (block % GROUP);
  const first = Math.floor(block / GROUP) * UNIONS * combinations;
  const count = at(counts, block);
  const from = block * combinations;
  for (let union = 0; union < alone; union++) {
    const before = first + union * combinations;
    const after = before + alone * combinations;
    for (let place = 0; place < combinations; place++) {
      const mean = means[from + place] ?? 0;
      const total = count * mean;
      sums[after + place] = (sums[before + place] ?? 0) + total;
      powers[after + place] = (powers[before + place] ?? 0) + (squares[from + place] ?? 0) + total * mean;
    }
  }
}

/** A union that has not been moved yet. */
export function openUnion(tables: UnionTables): Union {
  const { combinations } = tables;
  return { tables, upper: -1, sums: new Float64Array(combinations), powers: new Float64Array(combinations) };
}

/**
 * Moves the union to `mask`, bit b for block b.
 *
 * @returns where the first group's sums begin in the tables; with those of the upper groups they make up the union's
 */
export function moveUnion(union: Union, mask: number): number {
  const upper = mask >> GROUP;
  if (upper !== union.upper) sumUpper(union, upper);
  return (mask & (UNIONS - 1)) * union.tables.combinations;
}

function sumUpper(union: Union, upper: number): void {
  const { tables, sums, powers } = union;
  union.upper = upper;
  sums.fill(0);
  powers.fill(0);
  for (let group = 1; group < tables.groups; group++) {
    const chosen = (upper >> ((group - 1) * GROUP)) & (UNIONS - 1);
    const from = (group * UNIONS + chosen) * tables.combinations;
    for (let place = 0; place < sums.length; place++) {
      sums[place] = at(sums, place) + at(tables.sums, from + place);
      powers[place] = at(powers, place) + at(tables.powers, from + place);
    }
  }
}
