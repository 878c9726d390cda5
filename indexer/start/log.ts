/** One line of JSON in the shape of Ponder's own logs. */
export function log(level: "info" | "warn" | "error", msg: string, more: Record<string, unknown> = {}): void {
  const number = { info: 30, warn: 40, error: 50 }[level];
  process.stdout.write(`${JSON.stringify({ level: number, time: Date.now(), msg, service: "start", ...more })}\n`);
}
