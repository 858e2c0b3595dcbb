/** What was worked out once is not worked out again. */
export function memo<T>(make: (id: number) => T): (id: number) => T {
  const known = new Map<number, T>();
  return (id) => remembered(known, id, () => make(id));
}

export function remembered<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Adds to the list under a key. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, [value]);
  else found.push(value);
}
