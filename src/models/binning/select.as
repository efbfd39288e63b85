/**
 * The keys in the places of the quantiles, without the sort of all: keys are dealt into cells by their highest bits that
 * differ, and only cells in which a quantile lies are looked at again, until they are small enough to be sorted.
 */
import { setCut } from './memory';
import { sortFew } from './sort-few';

/** A part with no more keys is sorted by insertion. */
const FEW: i32 = 24;

/** Bits that keys are dealt by, at most; cells are an eighth to a quarter as many as keys. */
const MOST_BITS: i32 = 16;

/** [65536] keys of each cell, then where the next of them goes; `UNWANTED` for a cell without a quantile. */
const PARTITION = memory.data(4 << 16, 16);
const UNWANTED: u32 = 0xffff_ffff;

/** [256] the places of the quantiles among all keys. */
const RANKS = memory.data(4 * 256, 16);

/**
 * Parts that are still to be looked at, which share no quantile: the address of the first key, the one where it would be in
 * the other memory, the number of keys, the place of the first of them among all, and its quantiles from … to.
 */
const PARTS = memory.data(24 * 256, 16);
const PART: usize = 24;
let parts: usize = 0;

/** Bits of a key by which it is dealt. */
let shift: u64 = 0;

export function selectQuantiles(keys: usize, spare: usize, count: i32, quantiles: i32): void {
  for (let i = 0; i < quantiles; i++) {
    store<u32>(RANKS + (<usize>i << 2), <u32>(<u64>i * <u64>count / <u64>quantiles));
  }
  parts = PARTS;
  push(keys, spare, count, 0, 0, quantiles);
  while (parts > PARTS) {
    parts -= PART;
    look(
      load<u32>(parts), load<u32>(parts, 4), load<i32>(parts, 8),
      load<u32>(parts, 12), load<i32>(parts, 16), load<i32>(parts, 20),
    );
  }
}

function push(keys: usize, spare: usize, count: i32, first: u32, from: i32, to: i32): void {
  store<u32>(parts, <u32>keys);
  store<u32>(parts, <u32>spare, 4);
  store<i32>(parts, count, 8);
  store<u32>(parts, first, 12);
  store<i32>(parts, from, 16);
  store<i32>(parts, to, 20);
  parts += PART;
}

// @ts-ignore: decorator
@inline
function rankOf(quantile: i32): u32 {
  return load<u32>(RANKS + (<usize>quantile << 2));
}

function look(keys: usize, spare: usize, count: i32, first: u32, from: i32, to: i32): void {
  if (count <= FEW) {
    sortFew(keys, count);
    for (let i = from; i < to; i++) setCut(i, load<u64>(keys + (<usize>(rankOf(i) - first) << 3)));
    return;
  }
  const different = differentBits(keys, count);
  if (different == 0) {
    for (let i = from; i < to; i++) setCut(i, load<u64>(keys));
    return;
  }
  const bits = min(MOST_BITS, 29 - clz(count));
  shift = <u64>max(0, 64 - <i32>clz(different) - bits);
  const mask: u64 = (1 << bits) - 1;
  countCells(keys, count, mask);
  wantCells(keys, spare, mask, first, from, to);
  deal(keys, spare, count, mask);
}

/** The bits in which not all keys are the same. */
function differentBits(keys: usize, count: i32): u64 {
  const key = load<u64>(keys);
  let different: u64 = 0;
  for (let place = keys, end = keys + (<usize>count << 3); place < end; place += 8) different |= load<u64>(place) ^ key;
  return different;
}

// @ts-ignore: decorator
@inline
function entryOf(key: u64, mask: u64): usize {
  return PARTITION + (<usize>((key >> shift) & mask) << 2);
}

function countCells(keys: usize, count: i32, mask: u64): void {
  memory.fill(PARTITION, 0, (<usize>mask + 1) << 2);
  for (let place = keys, end = keys + (<usize>count << 3); place < end; place += 8) {
    const cell = entryOf(load<u64>(place), mask);
    store<u32>(cell, load<u32>(cell) + 1);
  }
}

/** Notes the cells with quantiles as parts, one behind the other in the other memory. */
function wantCells(keys: usize, spare: usize, mask: u64, first: u32, from: i32, to: i32): void {
  let offset: usize = 0;
  let passed = first;
  let next = from;
  for (let cell = PARTITION, end = PARTITION + ((<usize>mask + 1) << 2); cell < end; cell += 4) {
    const count = load<u32>(cell);
    const begin = next;
    while (next < to && rankOf(next) - passed < count) next++;
    if (next == begin) store<u32>(cell, UNWANTED);
    else {
      push(spare + offset, keys + offset, count, passed, begin, next);
      store<u32>(cell, <u32>(spare + offset));
      offset += <usize>count << 3;
    }
    passed += count;
  }
}

function deal(keys: usize, spare: usize, count: i32, mask: u64): void {
  for (let place = keys, end = keys + (<usize>count << 3); place < end; place += 8) {
    const key = load<u64>(place);
    const cell = entryOf(key, mask);
    const target = load<u32>(cell);
    if (target == UNWANTED) continue;
    store<u64>(<usize>target, key);
    store<u32>(cell, target + 8);
  }
}
