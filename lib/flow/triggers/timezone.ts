import { nearest } from '../text/nearest.ts';

/** Whether a text names a time zone, as the IANA database has it. EventBridge Scheduler takes these names, and no offsets. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The time zone that is most likely meant: by a misspelt name, or by that of a city alone. */
export function nearestTimezone(name: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone');
  const city = name.toLowerCase().replace(/\s+/g, '_');
  return zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? nearest(name, zones);
}
