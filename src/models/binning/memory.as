/** Tables that all columns use, and the numbers of a column as keys. */

/** [512] first the cuts of a column, as numbers or keys. */
export const CUTS = memory.data(8 * 512, 16);

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Where the cuts are. */
export function cutsAt(): usize {
  return CUTS;
}

const SIGN: u64 = 0x8000_0000_0000_0000;
const EXPONENT: u64 = 0x7ff0_0000_0000_0000;

/** A number as an unsigned integer that is in its order; 0 belongs to none that is finite. */
// @ts-ignore: decorator
@inline
export function keyOf(bits: u64): u64 {
  return bits ^ (<u64>(<i64>bits >> 63) | SIGN);
}

// @ts-ignore: decorator
@inline
export function numberOf(key: u64): f64 {
  return reinterpret<f64>(key ^ (<u64>(<i64>~key >> 63) | SIGN));
}

// @ts-ignore: decorator
@inline
export function isFinite(bits: u64): bool {
  return (bits & EXPONENT) != EXPONENT;
}

// @ts-ignore: decorator
@inline
export function keyAt(i: i32): u64 {
  return load<u64>(CUTS + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
export function setCut(i: i32, key: u64): void {
  store<u64>(CUTS + (<usize>i << 3), key);
}
