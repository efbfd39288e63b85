/** How messages quote what they found: shortly, whatever it is. */

/** A short description of any value: never a whole document, never a crash. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return JSON.stringify(abbreviated(value));
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? 'nothing';
}

/** A text of at most 61 characters. */
export function abbreviated(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
