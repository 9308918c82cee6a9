const units: [name: string, milliseconds: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

function length(milliseconds: number): string {
  const [name, size] = units.find(([, unit]) => milliseconds >= unit) ?? ['s', 1000];
  return `${Math.floor(milliseconds / size)} ${name}`;
}

/**
 * How far away a time is: `3 min ago`, `in 20 h`, `just now`.
 * @param time ISO 8601
 * @param now milliseconds since 1970
 */
export function relative(time: string, now: number): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return 'at an unknown time';
  const away = then - now;
  // Clocks of two machines differ by a little.
  if (Math.abs(away) < 5000) return away > 0 ? 'in a moment' : 'just now';
  return away > 0 ? `in ${length(away)}` : `${length(-away)} ago`;
}

/**
 * How long something has lasted: `3 min`, at least `1 s`.
 * @param since ISO 8601
 * @param now milliseconds since 1970
 */
export function lasting(since: string, now: number): string {
  const from = Date.parse(since);
  return Number.isNaN(from) ? 'an unknown time' : length(Math.max(1000, now - from));
}

/** The time itself, in this machine's zone, to the second: `2026-11-22 17:20:05 +01:00`. */
export function absolute(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return 'an unknown time';
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${zone}`;
}
