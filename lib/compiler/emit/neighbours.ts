/** Groups neighbours that are alike, in their order. */
export function neighbours<T>(
  items: readonly T[],
  areAlike: (one: T, other: T) => boolean,
): readonly (readonly [T, ...T[]])[] {
  const groups: [T, ...T[]][] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last && areAlike(last[0], item)) last.push(item);
    else groups.push([item]);
  }
  return groups;
}
