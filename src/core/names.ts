/** Names of fields: camelCase in the code and GraphQL, snake_case in REST and on plain sockets. */

/** `nSplits` → `n_splits`; whatever does not look like a camelCase name (`SPY`, `short_window`, `0`) stays as it is. */
export function snakeName(name: string): string {
  if (!/^[a-z]+[0-9]*([A-Z][a-z0-9]*)+$/.test(name)) return name;
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
