/** Instants are shown in UTC, ISO style, and say so: a desk reads them beside the broker's own log. */

const PAD = 2;
const two = (value: number): string => String(value).padStart(PAD, '0');

/** `2026-03-31 14:05:09` of an instant, UTC. Text that is no instant is shown as it came. */
export function formatInstant(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'n/a';
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return text;
  return `${instant.toISOString().slice(0, 10)} ${instant.toISOString().slice(11, 19)}`;
}

/** `14:05:09` of a moment, UTC. */
export function formatTime(moment: Date): string {
  return `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}:${two(moment.getUTCSeconds())}`;
}

/** `1 m 12 s` from a count of milliseconds. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes)} m ${two(seconds % 60)} s`;
}
