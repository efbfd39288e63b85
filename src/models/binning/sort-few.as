/** Sorts few keys by insertion. */
export function sortFew(keys: usize, count: i32): void {
  const end = keys + (<usize>count << 3);
  for (let next = keys + 8; next < end; next += 8) {
    const key = load<u64>(next);
    let place = next;
    while (place > keys && load<u64>(place - 8) > key) {
      store<u64>(place, load<u64>(place - 8));
      place -= 8;
    }
    store<u64>(place, key);
  }
}
