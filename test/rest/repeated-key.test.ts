import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedKey } from '../../src/rest/repeated-key.ts';

describe('a key that is named twice', () => {
  it.each([
    ['{"SPY": 0.5, "SPY": 0.4}', ['SPY']],
    ['{"target_weights": {"SPY": 0.5, "QQQ": 0.1, "SPY": 0.4}}', ['target_weights', 'SPY']],
    ['[{"a": 1}, [], {"a": 1, "b": [1, {"c": 0, "c": 0}]}]', [2, 'b', 1, 'c']],
    ['{"a": "}", "b": {"a": {}}, "a": null}', ['a']],
    [String.raw`{"\u0053PY": 1, "SPY": 2}`, ['SPY']],
    [String.raw`{"a\"": 1, "a": 2, "a\"": 3}`, ['a"']],
    ['{"": 1, "": 2}', ['']],
    ['{"__proto__": 1, "__proto__": 2}', ['__proto__']],
  ])('is found in %s', (text, path) => {
    expect(repeatedKey(text)).toEqual(path);
  });

  it.each([
    '{"a": {"a": {"a": 1}}, "b": ["a", "a"]}',
    '["a", "a"]',
    '"a"',
    '{}',
    '{"a": "a", "b": "a"}',
    '[{"a": 1}, {"a": 1}]',
  ])('is not seen in %s', (text) => {
    expect(repeatedKey(text)).toBeNull();
  });

  it('is never seen in what was written from a value, and is found where one is written a second time', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true }), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(repeatedKey(text)).toBeNull();
        const [first = ''] = Object.keys(value);
        expect(repeatedKey(`${text.slice(0, -1)}, ${JSON.stringify(first)}: 0}`)).toEqual([first]);
      }),
    );
  });
});
