/**
 * What of a change was given. What is left out keeps what it was; null is a value: it clears what can be empty, puts back the
 * default of what has one, and is refused like any other wrong value elsewhere.
 */
export function given<Input extends object>(input: Input): Partial<Input> {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets what the keys are.
  return Object.fromEntries(entries) as Partial<Input>;
}
