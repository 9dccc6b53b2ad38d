const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}(?::\d{2})?)$/i;

/** Whether a text is an ISO 8601 time with an offset. JavaScript's own parser accepts many other forms. */
export const isTimestamp = (text: string): boolean =>
  TIMESTAMP.test(text) && dayExists(text) && !Number.isNaN(Date.parse(text));

/** Whether the day exists: JavaScript parses 30 February as 1 March. */
function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** AWS's message for a literal that is no timestamp. */
export const NOT_A_TIMESTAMP = 'String does not match RFC3339 timestamp';
