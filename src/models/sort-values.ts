/** Below this the sort of typed arrays is as fast. */
const FEW = 2048;
const BYTES = Float64Array.BYTES_PER_ELEMENT;
const DIGITS = 256;

/**
 * Finite numbers, ascending; what is left in `values` is not defined. Byte by byte from the lowest (radix sort), which takes
 * a third of the time of `TypedArray.sort` for half a million. As unsigned integers, numbers are in their order, but for negative ones, which come
 * last and in reverse.
 */
export function sortValues(values: Float64Array): Float64Array {
  if (values.length < FEW) return values.toSorted();
  const counts = countDigits(values);
  let [from, to]: [Float64Array, Float64Array] = [values, new Float64Array(values.length)];
  for (let byte = 0; byte < BYTES; byte++) {
    const places = placesOf(counts.subarray(byte * DIGITS, (byte + 1) * DIGITS));
    if (places === null) continue;
    moveBy(byte, places, { from, to });
    [from, to] = [to, from];
  }
  const firstNegative = values.length - countNegative(from);
  if (from === values && firstNegative === values.length) return values;
  const negative = from.subarray(firstNegative).toReversed();
  values.set(from.subarray(0, firstNegative), negative.length);
  values.set(negative);
  return values;
}

/** How often each byte is found in each place: [8, 256], lowest place first. */
function countDigits(values: Float64Array): Int32Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const counts = new Int32Array(BYTES * DIGITS);
  for (let i = 0; i < bytes.length; i++) {
    const place = (i % BYTES) * DIGITS + (bytes[i] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

/** Where the numbers with each digit begin; null when all have the same. */
function placesOf(counts: Int32Array): Int32Array | null {
  const places = new Int32Array(DIGITS);
  let place = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    places[digit] = place;
    place += counts[digit] ?? 0;
  }
  return counts.includes(place) ? null : places;
}

function moveBy(
  byte: number,
  places: Int32Array,
  { from, to }: { readonly from: Float64Array; readonly to: Float64Array },
): void {
  const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  for (let i = 0; i < from.length; i++) {
    const digit = bytes[i * BYTES + byte] ?? 0;
    const place = places[digit] ?? 0;
    to[place] = from[i] ?? 0;
    places[digit] = place + 1;
  }
}

/** They stand at the end. */
function countNegative(values: Float64Array): number {
  let count = 0;
  while (count < values.length && (values[values.length - 1 - count] ?? 0) < 0) count++;
  return count;
}
