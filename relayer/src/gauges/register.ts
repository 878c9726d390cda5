import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import { type DueBook, registerDue } from "./due.ts";
import { registerMessages } from "./messages.ts";
import { registerCircuits } from "./screening.ts";
import type { SilenceBook } from "./silence.ts";

/** What operators are told besides what the pipeline tells: what is due, messages, and who screens. */
export function registerGauges(registry: Registry, db: Store, books: { due: DueBook; silence: SilenceBook }): void {
  registerDue(registry, db, books.due);
  registerMessages(registry, db, books.silence);
  registerCircuits(registry, db);
}
