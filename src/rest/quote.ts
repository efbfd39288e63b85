/** Longest quotation in characters. */
const LONGEST = 80;

/** A client's value as JSON, cut to what fits into a sentence. */
export function quote(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 3)}...`;
}
