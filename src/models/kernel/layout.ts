/**
 * The memory that both kernels work on, byte for byte the same: the WebAssembly one finds its arrays by these offsets, the
 * plain one gets views on them. Little-endian, as every machine that Node.js runs on.
 */

/** Entries of a histogram per feature: 255 bins and one for missing values. */
export const ENTRIES = 256;

/** What has to fit in. */
export interface Shape {
  /** Training rows. */
  readonly rows: number;
  readonly features: number;
  /** Histograms that are kept at the same time. */
  readonly slots: number;
}

/** Settings of a search, in the units of the quantised sums. */
export const LAMBDA = 0;
export const ALPHA = 1;
export const MIN_CHILD_WEIGHT = 2;

/** What a search found: the loss, or gain, in those units, 0 when nothing gains; the split; the sums on its left. */
export const GAIN = 0;
export const FEATURE = 1;
export const THRESHOLD = 2;
export const MISSING_LEFT = 3;
export const LEFT_GRADIENT = 4;
export const LEFT_HESSIAN = 5;

/**
 * Views on the memory of a kernel. A gradient and a hessian are two int32, the hessian first: as one int64 they are added
 * with one addition, and no sum of hessians, which is positive, carries into the gradients.
 */
export interface Arrays {
  /** [features, rows], column-major. */
  readonly bins: Uint8Array;
  /** The same by rows, [rows, `octetStride(features)`]: one load brings the bins of eight features. */
  readonly octets: Uint8Array;
  /** The rows of each node side by side, ascending within a node. */
  readonly order: Int32Array;
  /** [rows, 2] hessian and gradient of each row. */
  readonly derivatives: Float64Array;
  /** [rows, 2] the same as integers, of the rows of a tree. */
  readonly gradients: Int32Array;
  readonly spareOrder: Int32Array;
  /** The features to look at, ascending. How many is said with each call. */
  readonly columns: Int32Array;
  /** Bins of each feature, that of missing values not counted. */
  readonly binCounts: Int32Array;
  /** 1 for each feature of which a training row has no value. */
  readonly hasMissing: Int32Array;
  /** [slots, features, 256, 2] sums of hessian and gradient per bin. */
  readonly histograms: Int32Array;
  readonly settings: Float64Array;
  readonly found: Float64Array;
  /** What is predicted for each row so far. */
  readonly margins: Float64Array;
  /** What the tree that grows adds to the margin of each row: the value of its leaf, which has single precision. */
  readonly steps: Float32Array;
  /** [features, 2, 256] gains of a level of a symmetric tree: missing values right, then left. */
  readonly profile: Float64Array;
  /** Of which features a histogram is summed together, and of which alone; for the WebAssembly kernel. */
  readonly parts: Int32Array;
  /** The label of each row. */
  readonly label: Float64Array;
  /** The weight of each row. */
  readonly weight: Float64Array;
}

/** Bytes of a line of the cache. */
export const LINE = 64;

/** Bytes of a row of octets: the number of features, rounded up to eights. */
export function octetStride(features: number): number {
  const bytes = 8 * Math.ceil(features / 8);
  const lines = LINE * Math.ceil(features / LINE);
  return lines <= 1.15 * bytes ? lines : bytes;
}

const SETTINGS = 8;
const FOUND = 8;

/** Bytes of each array, in the order of their places. */
function sizes({ rows, features, slots }: Shape): Readonly<Record<keyof Arrays, number>> {
  return {
    bins: features * rows,
    octets: octetStride(features) * rows,
    order: 4 * rows,
    gradients: 8 * rows,
    spareOrder: 4 * rows,
    columns: 4 * features,
    binCounts: 4 * features,
    hasMissing: 4 * features,
    histograms: 8 * slots * features * ENTRIES,
    settings: 8 * SETTINGS,
    found: 8 * FOUND,
    margins: 8 * rows,
    steps: 4 * rows,
    derivatives: 16 * rows,
    profile: 8 * 2 * features * ENTRIES,
    parts: 4 * features,
    label: 8 * rows,
    weight: 8 * rows,
  };
}

/** Where each array begins, from `base` on, and where the last one ends. */
export function placesOf(shape: Shape, base: number): { readonly places: readonly number[]; readonly end: number } {
  const places: number[] = [];
  let end = base;
  for (const size of Object.values(sizes(shape))) {
    places.push(end);
    // Each array begins at a line of the cache, so that a row of octets that has the length of a line lies in one.
    end += Math.ceil(size / LINE) * LINE;
  }
  return { places, end };
}

/** The views on a memory, zeros or not. */
export function viewsOn(buffer: ArrayBuffer, shape: Shape, base: number): Arrays {
  const size = sizes(shape);
  const { places } = placesOf(shape, base);
  const names = Object.keys(size);
  const place = (name: keyof Arrays): number => places[names.indexOf(name)] ?? 0;
  const bytes = (name: keyof Arrays): Uint8Array => new Uint8Array(buffer, place(name), size[name]);
  const integers = (name: keyof Arrays): Int32Array => new Int32Array(buffer, place(name), size[name] / 4);
  const doubles = (name: keyof Arrays): Float64Array => new Float64Array(buffer, place(name), size[name] / 8);
  return {
    bins: bytes('bins'),
    octets: bytes('octets'),
    order: integers('order'),
    gradients: integers('gradients'),
    spareOrder: integers('spareOrder'),
    columns: integers('columns'),
    binCounts: integers('binCounts'),
    hasMissing: integers('hasMissing'),
    histograms: integers('histograms'),
    settings: doubles('settings'),
    found: doubles('found'),
    margins: doubles('margins'),
    steps: new Float32Array(buffer, place('steps'), size.steps / 4),
    derivatives: doubles('derivatives'),
    profile: doubles('profile'),
    parts: integers('parts'),
    label: doubles('label'),
    weight: doubles('weight'),
  };
}
