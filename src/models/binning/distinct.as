/** The different values of a column, as long as they are few: a hash table with open addressing. */
import { CUTS, setCut } from './memory';
import { sortFew } from './sort-few';

/** Places of the table, four times as many as values that it may hold. */
const PLACES: usize = 1024;
const TABLE = memory.data(8 * 1024, 16);
/** 2⁶⁴ by the golden ratio: close numbers fall far from each other. */
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/** Writes the different keys in their order; answers how many there are, −1 if more than `most`. */
export function distinct(keys: usize, count: i32, most: i32): i32 {
  memory.fill(TABLE, 0, 8 * PLACES);
  let found = 0;
  let last: u64 = 0;
  for (let place = keys, end = keys + (<usize>count << 3); place < end; place += 8) {
    const key = load<u64>(place);
    if (key == last || isKnown(key)) continue;
    if (found == most) return -1;
    setCut(found++, key);
    last = key;
  }
  sortFew(CUTS, found);
  return found;
}

/** Whether a key is in the table, where it is afterwards. */
// @ts-ignore: decorator
@inline
function isKnown(key: u64): bool {
  let entry = entryOf(<usize>((key * FACTOR) >> 54));
  while (load<u64>(entry) != key) {
    if (load<u64>(entry) == 0) {
      store<u64>(entry, key);
      return false;
    }
    entry = entryOf((entry - TABLE) / 8 + 1);
  }
  return true;
}

// @ts-ignore: decorator
@inline
function entryOf(place: usize): usize {
  return TABLE + ((place & (PLACES - 1)) << 3);
}
