import type { Dependencies } from "./context.ts";
import { expireInstructions } from "./services/instructions/expire-instructions.ts";
import { sweepStreams } from "./services/streams/places.ts";
import { sweepBuckets } from "./services/take-token.ts";

const INTERVAL_MS = 15_000;

/**
 * Marks expired instructions and forgets full buckets and ended leases now and then. Only housekeeping: an expired instruction reads as expired and never
 * matches anyway, and a full bucket is as good as none.
 */
export function startSweep({ db, log }: Pick<Dependencies, "db" | "log">): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  const sweep = () => {
    running = running
      .then(() => Promise.all([expireInstructions(db), sweepBuckets(db), sweepStreams(db)]))
      .then(
        ([count]) => void (count > 0 && log.info({ count }, "instructions expired")),
        (error: unknown) => log.warn({ err: error }, "sweep"),
      );
  };
  const timer = setInterval(sweep, INTERVAL_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
