/** A count with its noun: `1 trade`, `0 trades`. Of nouns that only take an s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
