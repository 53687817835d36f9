/** UTCTimestamp (YYYYMMDD-HH:MM:SS.sss) and epoch milliseconds. */
const SHAPE = /^(\d{4})(\d{2})(\d{2})-(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3,9}))?$/;

export function utcTimestamp(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 23)}`;
}

/** Null when the text is not a timestamp that exists; digits after the millisecond are dropped. */
export function parseUtcTimestamp(text: string): number | null {
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', part = '0'] =
    match;
  // FIX allows second 60 for a leap second; our clock has none, so it reads as the second before.
  const seconds = second === '60' ? '59' : second;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${seconds}.${part.slice(0, 3).padEnd(3, '0')}Z`;
  const time = Date.parse(iso);
  // A day that does not exist (February 30) comes back as another one.
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) return null;
  return time;
}
