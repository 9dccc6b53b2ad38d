/** A sum in US dollars for people: three digits that count, however small it is. */
export function usd(value: number): string {
  if (value === 0) return '$0';
  const digits = Math.max(2, 2 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(Math.min(digits, 12))}`;
}
