import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import type { Hex } from "viem";
import { decodeRevert } from "../chains/revert.ts";
import type { SilenceBook } from "./silence.ts";

interface WaitingMessage {
  guid: Hex;
  source: number;
  target: number;
  /** Unix seconds of the block that sent it. */
  sentAt: number;
}

/** What the relayer tells of messages between chains: from the database and the indexed chains, and which verifiers it found silent. */
export function registerMessages(registry: Registry, db: Store, silence: SilenceBook): void {
  const route = ["source", "target"] as const;
  registry.gauge("keystone_messages_waiting", "Messages sent, not received, and still of use.", route, async () =>
    [...byRoute(await waitingMessages(db))].map(([labels, messages]) => ({ labels, value: messages.length })),
  );
  registry.gauge("keystone_oldest_message_seconds", "Age of the oldest message that waits.", route, async () =>
    [...byRoute(await waitingMessages(db))].map(([labels, messages]) => {
      const oldest = Math.min(...messages.map(({ sentAt }) => sentAt));
      return { labels, value: Math.max(0, Math.floor(Date.now() / 1000) - oldest) };
    }),
  );
  registry.gauge(
    "keystone_messages_unverified",
    "Overdue messages that are not verified at their target, by the verifier that has not spoken.",
    [...route, "verifier"],
    async () => silence.counts(new Set((await waitingMessages(db)).map(({ guid }) => guid))),
  );
  registry.gauge(
    "keystone_messages_ignored",
    "Messages that their target took and did nothing about, by the error's name.",
    ["reason"],
    async () => {
      const counts = new Map<string, number>();
      for (const { reason, count } of await ignoredMessages(db)) {
        const name = decodeRevert(reason).name || "unknown";
        counts.set(name, (counts.get(name) ?? 0) + Number(count));
      }
      return [...counts].map(([reason, value]) => ({ labels: { reason }, value }));
    },
  );
  registry.gauge(
    "keystone_message_fees_ether",
    "What successful calls paid for messages since the beginning, before what was not needed came back.",
    ["chain_id", "kind"],
    async () => {
      const rows = await db
        .selectFrom("keystone.chain_transaction")
        .select(["chain_id", "kind", (eb) => eb.fn.sum<string>("value").as("wei")])
        .where("value", ">", "0")
        .where("status", "in", ["pending", "safe", "finalized"])
        .groupBy(["chain_id", "kind"])
        .execute();
      return rows.map(({ chain_id, kind, wei }) => ({
        labels: { chain_id: Number(chain_id), kind },
        value: Number(wei) / 1e18,
      }));
    },
  );
}

/**
 * Messages of open settlements that were sent and not received, while what they tell is not known at their target. One whose later copy arrived
 * is waited for no more, nor is a lock that comes after the verdict.
 */
async function waitingMessages(db: Store): Promise<WaitingMessage[]> {
  const rows = await db
    .selectFrom("keystone.intent as i")
    .innerJoin("keystone.settlement as k", "k.id", "i.settlement_id")
    .innerJoin("indexer.message as m", "m.settlement_hash", "k.settlement_hash")
    .innerJoin("indexer.chain_event as e", (join) =>
      join
        .onRef("e.chain_id", "=", "m.source_chain_id")
        .onRef("e.tx_hash", "=", "m.sent_tx_hash")
        .onRef("e.settlement_hash", "=", "m.settlement_hash")
        .on("e.event", "=", "MessageSent"),
    )
    .leftJoin("indexer.settlement as s", "s.settlement_hash", "m.settlement_hash")
    .leftJoin("indexer.settlement_chain as heard", (join) =>
      join
        .onRef("heard.settlement_hash", "=", "m.settlement_hash")
        .on((eb) =>
          eb.or([
            eb.and([eb("m.kind", "=", "VERDICT"), eb("heard.chain_id", "=", eb.ref("m.target_chain_id"))]),
            eb.and([eb("m.kind", "<>", "VERDICT"), eb("heard.chain_id", "=", eb.ref("m.source_chain_id"))]),
          ]),
        ),
    )
    .select(["m.guid", "m.kind", "m.source_chain_id as source", "m.target_chain_id as target"])
    .select(["e.block_timestamp as sent_at", "s.verdict as taken"])
    .select(["heard.verdict as received", "heard.lock_reported", "heard.release_reported"])
    .distinctOn("m.guid")
    .where("i.kind", "=", "settle")
    .where("i.status", "=", "open")
    .where("m.received_tx_hash", "is", null)
    .where("m.ignored_reason", "is", null)
    .orderBy("m.guid")
    .execute();
  const served = (row: (typeof rows)[number]) => {
    if (row.kind === "VERDICT") return (row.received ?? "none") !== "none";
    if (row.kind === "LOCKED") return row.lock_reported === true || (row.taken ?? "none") !== "none";
    return row.release_reported === true;
  };
  return rows
    .filter((row) => !served(row))
    .map(({ guid, source, target, sent_at }) => ({
      guid,
      source: Number(source),
      target: Number(target),
      sentAt: Number(sent_at),
    }));
}

async function ignoredMessages(db: Store) {
  const rows = await db
    .selectFrom("indexer.message")
    .select(["ignored_reason as reason", (eb) => eb.fn.countAll<bigint>().as("count")])
    .where("ignored_reason", "is not", null)
    .groupBy("ignored_reason")
    .execute();
  return rows.flatMap(({ reason, count }) => (reason === null ? [] : [{ reason, count }]));
}

function byRoute(messages: readonly WaitingMessage[]): Map<{ source: number; target: number }, WaitingMessage[]> {
  const grouped = Map.groupBy(messages, ({ source, target }) => `${source}:${target}`);
  return new Map(
    [...grouped.values()].map((route) => {
      const [{ source, target }] = route as [WaitingMessage, ...WaitingMessage[]];
      return [{ source, target }, route];
    }),
  );
}
