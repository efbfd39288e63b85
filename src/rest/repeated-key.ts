/**
 * Finding a key that an object of a JSON text names twice. `JSON.parse` keeps the last one without a word, so that
 * `{"SPY": 0.5, "SPY": 0.4}` would be another portfolio than the one its sender sees.
 */

/** From an opening quote to its closing one. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/gsy;

/** Where one is in an object (with the keys that it has named) or an array (without). */
interface Level {
  readonly keys: Set<string> | null;
  /** The key, or the number, of what stands here. */
  at: string | number;
}

/** The path of the first key that is named twice, from the outermost object on; null when there is none. `text` is JSON. */
export function repeatedKey(text: string): readonly (string | number)[] | null {
  const levels: Level[] = [];
  // A string is a key where an object has just begun or gone on.
  let isKeyNext = false;
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1);
    switch (text.charAt(i)) {
      case '"': {
        STRING.lastIndex = i;
        STRING.test(text);
        if (isKeyNext && level?.keys) {
          const key = String(JSON.parse(text.slice(i, STRING.lastIndex)));
          level.at = key;
          if (level.keys.has(key)) return levels.map(({ at }) => at);
          level.keys.add(key);
        }
        isKeyNext = false;
        i = STRING.lastIndex - 1;
        break;
      }
      case '{':
        levels.push({ keys: new Set(), at: '' });
        isKeyNext = true;
        break;
      case '[':
        levels.push({ keys: null, at: 0 });
        break;
      case ',':
        if (level?.keys === null) level.at = Number(level.at) + 1;
        isKeyNext = level?.keys !== null;
        break;
      case '}':
      case ']':
        levels.pop();
        isKeyNext = false;
        break;
    }
  }
  return null;
}
