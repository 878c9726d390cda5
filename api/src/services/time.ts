/** A time as this API writes it: ISO 8601, UTC, milliseconds only where there are any. */
export function showTime(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}

export function showTimeOrNull(date: Date | null): string | null {
  return date === null ? null : showTime(date);
}

/** The whole second at or before a time: what a deadline on chain can say. */
export function wholeSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

export function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
