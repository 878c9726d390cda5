import { setTimeout } from "node:timers/promises";
import type { Deployment } from "@keystoneos/protocol";
import type { SecretKeyring, Store } from "@keystoneos/store";
import type { Logger } from "pino";
import type { WebhookSender } from "../delivery/send.ts";
import { type Loop, startLoop } from "../loop.ts";
import type { Level } from "../services/events/read-logs.ts";
import { createDeliverer, type DeliveryParts } from "./deliver.ts";
import { purge } from "./purge.ts";
import { recordEvents } from "./record.ts";

const PURGE_MS = 10 * 60_000;
/** How long attempts under way may take once the courier is stopping; what is not done by then is made again by another. */
const DRAIN_MS = 8_000;

export interface CourierParts {
  db: Store;
  deployment: Deployment;
  keyring: SecretKeyring;
  sender: WebhookSender;
  level: Level;
  tickMs: number;
  log: Logger;
  onOutcome?: DeliveryParts["onOutcome"];
}

export interface Courier {
  /** By what they do; a courier whose loops pass is well. */
  loops: Record<"recording" | "delivering", Loop>;
  stop(): Promise<void>;
}

/** Records what happened and delivers it. Everything it knows is in the database: any number of couriers share the work. */
export function startCourier({
  db,
  deployment,
  keyring,
  sender,
  level,
  tickMs,
  log,
  onOutcome,
}: CourierParts): Courier {
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  const deliverer = createDeliverer({ db, keyring, sender, log, onOutcome, onRoom: () => delivering.kick() });
  const delivering = startLoop(tickMs, () => deliverer.start(), failed("delivering failed"));
  const record = async () => {
    const count = await recordEvents(db, deployment, level);
    if (count === 0) return;
    log.info({ count }, "recorded");
    delivering.kick();
  };
  const recording = startLoop(tickMs, record, failed("recording failed"));
  const purgeAll = async () => {
    if (await purge(db)) purging.kick();
  };
  const purging = startLoop(PURGE_MS, purgeAll, failed("purging failed"));
  return {
    loops: { recording, delivering },
    async stop() {
      await Promise.all([recording.stop(), delivering.stop(), purging.stop()]);
      await Promise.race([deliverer.idle(), setTimeout(DRAIN_MS, undefined, { ref: false })]);
    },
  };
}
