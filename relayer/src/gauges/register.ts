import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import type { Loop } from "../loop.ts";
import { type DueBook, registerDue } from "./due.ts";
import { registerMessages } from "./messages.ts";
import { registerCircuits } from "./screening.ts";
import type { SilenceBook } from "./silence.ts";

interface Told {
  due: DueBook;
  silence: SilenceBook;
  loop: Pick<Loop, "lastPass">;
}

/** What operators are told besides what the pipeline tells: whether it works at all, what is due, messages, and who screens. */
export function registerGauges(registry: Registry, db: Store, { due, silence, loop }: Told): void {
  const started = new Date();
  registry.gauge(
    "keystone_relayer_last_pass_seconds",
    "How long ago everything that may be due could last be looked at.",
    [],
    () => [{ labels: {}, value: (Date.now() - (loop.lastPass ?? started).getTime()) / 1000 }],
  );
  registerDue(registry, db, due);
  registerMessages(registry, db, silence);
  registerCircuits(registry, db);
}
