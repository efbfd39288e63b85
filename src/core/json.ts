/** A value that JSON can carry without loss. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/**
 * Reads a text that this program wrote, as what it wrote. Not for texts from outside: nothing is checked but the syntax.
 *
 * @throws {SyntaxError} when the text is not JSON, i.e. was damaged
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- The caller knows what it wrote.
export function readJson<Shape>(text: string): Shape {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The reason stands above.
  return JSON.parse(text) as Shape;
}

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}
