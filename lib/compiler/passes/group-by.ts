/** Values by key, in the order in which they come. */
export function groupBy<Item, Value>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  made: (item: Item) => Value | undefined,
): ReadonlyMap<string, readonly Value[]> {
  const groups = new Map<string, Value[]>();
  for (const item of items) {
    const value = made(item);
    const known = groups.get(keyOf(item));
    if (value === undefined) continue;
    if (known) known.push(value);
    else groups.set(keyOf(item), [value]);
  }
  return groups;
}
