/** Names on the two sides of the facade: camelCase in the use cases and GraphQL, snake_case in REST. */

/** Fields whose keys the client chose, or which are names of parameters or symbols: below them nothing is renamed. */
const FREE_KEYS = new Set(['params', 'paramGrid']);

/** `nSplits` → `n_splits`; whatever does not look like a camelCase name (`SPY`, `short_window`, `0`) stays as it is. */
export function snakeCase(name: string): string {
  if (!/^[a-z]+[0-9]*([A-Z][a-z0-9]*)+$/.test(name)) return name;
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A path of the use cases, perhaps below the GraphQL argument `input`, in the names of the facade. Names of parameters
 * and symbols stay as they are.
 */
export function facadePath(path: readonly string[]): readonly string[] {
  const inside = path[0] === 'input' ? path.slice(1) : path;
  const free = inside.findIndex((segment) => FREE_KEYS.has(segment));
  return inside.map((segment, at) => (free !== -1 && at > free ? segment : snakeCase(segment)));
}
