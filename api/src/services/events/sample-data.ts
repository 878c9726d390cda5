import { randomUUID } from "node:crypto";
import { zeroHash } from "viem";
import { showTime } from "../time.ts";
import type { EventName } from "./catalogue.ts";

/** What an event of this name says, of things that do not exist: for a test call. */
export function sampleData(event: EventName, now: Date): Record<string, unknown> {
  const timestamp = showTime(now);
  if (event === "test.ping") return { test: true, timestamp };
  const [kind, topic, name] = event.split(".") as [string, string, string | undefined];
  if (kind === "instruction") {
    return {
      instruction_id: randomUUID(),
      trade_reference: `KS-${randomUUID()}`,
      status: topic === "match_failed" ? "pending_match" : topic,
      settlement_id: topic === "matched" ? randomUUID() : null,
      field: topic === "match_failed" ? "legs.quantity" : null,
      timestamp,
      test: true,
    };
  }
  const state = topic === "state" ? (name as string).toUpperCase() : "AWAITING_DEPOSITS";
  const chainId = 11155111;
  const onChain = (topic === "state" && name !== "instructed") || topic === "leg" || topic === "repo";
  return {
    settlement_id: randomUUID(),
    settlement_hash: zeroHash,
    state,
    to_state: state,
    settlement_type: "cross_platform",
    sequence: 1,
    timestamp,
    trade_reference: `KS-${randomUUID()}`,
    external_reference: "sample",
    ...(topic === "compliance" ? { check_ids: [randomUUID(), randomUUID()] } : undefined),
    ...(topic === "leg"
      ? { leg: { leg_index: 0, status: name, chain_id: chainId, claimable_reason: name === "claimable" ? "0x" : null } }
      : undefined),
    ...(topic === "repo" ? { parent_settlement_id: randomUUID() } : undefined),
    ...(onChain
      ? {
          chain: {
            chain_id: chainId,
            block_number: 1,
            block_hash: zeroHash,
            tx_hash: zeroHash,
            log_index: 0,
            finality: "safe",
          },
        }
      : undefined),
    test: true,
  };
}
