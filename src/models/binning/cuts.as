/** Where a column is cut: at its different values if they are few, else at quantiles. */
import { distinct } from './distinct';
import { keyAt, isFinite, keyOf, numberOf, setCut } from './memory';
import { selectQuantiles } from './select';

/**
 * Cuts the `count` numbers at `values`, which are lost, and so is as much at `spare`; answers the number of cuts.
 * With many values, those in the places of the quantiles come first, then what is equal among them goes.
 */
export function cut(values: usize, spare: usize, count: i32, mostBins: i32): i32 {
  const keys = makeKeys(values, count);
  const few = distinct(values, keys, mostBins);
  if (few >= 0) return makeNumbers(few);
  selectQuantiles(values, spare, keys, mostBins);
  return makeNumbers(mostBins);
}

/** Writes the keys of the finite numbers from `values` on; answers how many there are. */
function makeKeys(values: usize, count: i32): i32 {
  let kept = values;
  for (let place = values, end = values + (<usize>count << 3); place < end; place += 8) {
    // Adding 0 makes 0 of −0, which would be told apart from 0 by its bits only.
    const bits = reinterpret<u64>(load<f64>(place) + 0);
    store<u64>(kept, keyOf(bits));
    kept += select<usize>(8, 0, isFinite(bits));
  }
  return <i32>((kept - values) >> 3);
}

/** Makes numbers of ascending keys, of equal ones once and of the smallest never: nothing is below it. */
function makeNumbers(count: i32): i32 {
  let cuts = 0;
  let last = keyAt(0);
  for (let i = 1; i < count; i++) {
    const key = keyAt(i);
    if (key == last) continue;
    last = key;
    setCut(cuts++, reinterpret<u64>(numberOf(key)));
  }
  return cuts;
}
