/** Where the arrays of `layout.ts` are, and how their elements are found. */

export const ENTRIES: i32 = 256;
export const HISTOGRAM_BYTES: usize = 8 * 256;
export const MISSING: i32 = 255;

export let rows: usize = 0;
export let features: usize = 0;
export let bins: usize = 0;
export let octets: usize = 0;
export let octetStride: usize = 0;
export let order: usize = 0;
export let gradients: usize = 0;
export let spareOrder: usize = 0;
export let columns: usize = 0;
export let binCounts: usize = 0;
export let hasMissing: usize = 0;
export let histograms: usize = 0;
export let settings: usize = 0;
export let found: usize = 0;
export let margins: usize = 0;
export let steps: usize = 0;
export let derivatives: usize = 0;
export let profile: usize = 0;
export let parts: usize = 0;
export let label: usize = 0;
export let weight: usize = 0;

/** The first byte that is free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Takes the places of the arrays, in the order of `layout.ts`, from `places` on. */
export function attach(places: usize, rowCount: i32, featureCount: i32, stride: i32): void {
  rows = rowCount;
  features = featureCount;
  octetStride = stride;
  bins = load<u32>(places, 0);
  octets = load<u32>(places, 4);
  order = load<u32>(places, 8);
  gradients = load<u32>(places, 12);
  spareOrder = load<u32>(places, 16);
  columns = load<u32>(places, 20);
  binCounts = load<u32>(places, 24);
  hasMissing = load<u32>(places, 28);
  histograms = load<u32>(places, 32);
  settings = load<u32>(places, 36);
  found = load<u32>(places, 40);
  margins = load<u32>(places, 44);
  steps = load<u32>(places, 48);
  derivatives = load<u32>(places, 52);
  profile = load<u32>(places, 56);
  parts = load<u32>(places, 60);
  label = load<u32>(places, 64);
  weight = load<u32>(places, 68);
}

// @ts-ignore: decorator
@inline
export function histogramOf(slot: i32, feature: usize): usize {
  return histograms + (<usize>slot * features + feature) * HISTOGRAM_BYTES;
}

// @ts-ignore: decorator
@inline
export function columnAt(i: i32): usize {
  return load<u32>(columns + (<usize>i << 2));
}
