import {
  applyEvent,
  decodeChainEvent,
  emptyWorld,
  encodeTerms,
  type World as Folded,
  type FoldedLeg,
  Gate,
  STANDARD_RULESET,
} from "@keystoneos/protocol";
import type { Hex } from "viem";
import type { TestChain } from "./chain.ts";
import { DEPLOYMENT } from "./deployment.ts";
import type { Dump, Row } from "./views.ts";

const VERDICTS = ["none", "execute", "rollback"];
const KINDS = ["LOCKED", "VERDICT", "RELEASED"];
const GATES = Object.keys(Gate);

/** Rows of the views without where they come from, each list in an order that follows from its content. */
export type Plain = Record<string, Row[]>;

/** What the protocol's own fold makes of the logs that the nodes have now. */
export async function foldedRows(chains: readonly TestChain[], about: ReadonlySet<string>): Promise<Plain> {
  const world = emptyWorld(DEPLOYMENT);
  const events: Row[] = [];
  for (const { chainId, client } of chains) {
    for (const log of await client.getLogs({ fromBlock: 0n })) {
      const event = decodeChainEvent(DEPLOYMENT, chainId, log);
      if (event === null) continue;
      const settlement_hash = "settlementId" in event.args ? event.args.settlementId : undefined;
      // Other tests emit what no deployment could, which the fold refuses.
      if (settlement_hash !== undefined && !about.has(settlement_hash)) continue;
      applyEvent(world, event);
      const place = { chain_id: String(chainId), block_hash: log.blockHash, log_index: log.logIndex };
      if (settlement_hash !== undefined) events.push({ settlement_hash, ...place, event: event.eventName });
    }
  }
  const rows: Plain = { ...home(world), ...everywhere(world), message: messages(world), chain_event: events };
  const chosen = Object.entries(rows).map(([view, list]) => [
    view,
    list.filter((row) => about.has(row.settlement_hash as string)),
  ]);
  return sorted(Object.fromEntries(chosen));
}

/** The same of what the indexer has published. */
export function publishedRows(dump: Dump, about: ReadonlySet<string>): Plain {
  const pick = (row: Row, names: string[]) => Object.fromEntries(names.map((name) => [name, row[name]]));
  const of = (view: keyof Dump, ...names: string[]) =>
    dump[view]
      .filter((row) => about.has(row.settlement_hash as string))
      .map((row) => pick(row, ["settlement_hash", ...names]));
  return sorted({
    settlement: of("settlement", "ref", "ruleset", "terms", "created", "state", "verdict", "transition_count"),
    transition: of("transition", "sequence", "from_state", "to_state", "gate", "evidence_hash"),
    leg: of(
      "leg",
      "chain_id",
      "leg_index",
      "status",
      "depositor",
      "recipient",
      "token",
      "amount",
      "redirected_to",
      "claimable_reason",
    ),
    settlement_chain: of(
      "settlement_chain",
      "chain_id",
      "locked",
      "verdict",
      "lock_reported",
      "release_reported",
      "dispatched",
    ),
    revealed_wallet: of("revealed_wallet", "chain_id", "party_index", "wallet"),
    attestation: newest(of("attestation", "attester", "parties_hash", "sequence", "statuses")),
    message: of("message", "guid", "kind", "source_chain_id", "target_chain_id", "ignored_reason"),
    chain_event: of("chain_event", "chain_id", "block_hash", "log_index", "event"),
  });
}

function home(world: Folded): Plain {
  const chain = world.chains.get(world.coordinatorChainId);
  const named = (state: number) => STANDARD_RULESET.states[state]?.name;
  const settlements = [...(chain?.settlements ?? [])].filter(([, { created, verdict }]) => created || verdict !== 0);
  return {
    settlement: settlements.map(
      ([settlement_hash, { ref, rulesetId, terms, created, state, verdict, transitions }]) => ({
        settlement_hash,
        ref,
        ruleset: rulesetId,
        terms: terms === null ? null : encodeTerms(terms),
        created,
        state: created ? named(state) : "TIMED_OUT",
        verdict: VERDICTS[verdict],
        transition_count: transitions.length,
      }),
    ),
    transition: settlements
      .filter(([, { created }]) => created)
      .flatMap(([settlement_hash, { transitions }]) => [
        { settlement_hash, sequence: 1, from_state: null, to_state: named(0), gate: null, evidence_hash: null },
        ...transitions.map(({ from, to, gate, evidenceHash }, index) => ({
          settlement_hash,
          sequence: index + 2,
          from_state: named(from),
          to_state: named(to),
          gate: GATES[gate],
          evidence_hash: evidenceHash,
        })),
      ]),
    attestation: [...(chain?.statements.values() ?? [])].map(
      ({ settlementId, attester, partiesHash, sequence, statuses }) => ({
        settlement_hash: settlementId,
        attester: attester.toLowerCase(),
        parties_hash: partiesHash,
        sequence: String(sequence),
        statuses: statuses.join(","),
      }),
    ),
  };
}

function everywhere(world: Folded): Plain {
  const coordinator = world.chains.get(world.coordinatorChainId);
  const rows: Plain = { leg: [], revealed_wallet: [], settlement_chain: [] };
  for (const [chainId, { escrows }] of world.chains) {
    const chain_id = String(chainId);
    for (const [settlement_hash, { legs, wallets }] of escrows) {
      for (const [leg_index, leg] of legs) {
        rows.leg?.push({
          settlement_hash,
          chain_id,
          leg_index,
          status: statusOf(leg),
          depositor: leg.depositor.toLowerCase(),
          recipient: leg.status === "released" ? leg.paidTo?.toLowerCase() : null,
          token: leg.token.toLowerCase(),
          amount: String(leg.amount),
          redirected_to: leg.redirectedTo?.toLowerCase() ?? null,
          claimable_reason: leg.claimableReason,
        });
      }
      for (const [party_index, { wallet }] of wallets) {
        rows.revealed_wallet?.push({ settlement_hash, chain_id, party_index, wallet: wallet.toLowerCase() });
      }
    }
    for (const settlement_hash of new Set<Hex>([...escrows.keys(), ...(coordinator?.settlements.keys() ?? [])])) {
      const escrow = escrows.get(settlement_hash);
      const known = coordinator?.settlements.get(settlement_hash);
      const isHome = chainId === world.coordinatorChainId;
      const row = {
        locked: escrow?.locked ?? false,
        verdict: VERDICTS[(isHome && known?.verdict) || (escrow?.verdict ?? 0)],
        lock_reported: known?.lockReports.includes(chainId) ?? false,
        release_reported: known?.releaseReports.includes(chainId) ?? false,
        dispatched: known?.dispatches.filter((dispatch) => dispatch.chainId === chainId).length ?? 0,
      };
      const said =
        row.locked || row.verdict !== "none" || row.lock_reported || row.release_reported || row.dispatched > 0;
      if (said) rows.settlement_chain?.push({ settlement_hash, chain_id, ...row });
    }
  }
  return rows;
}

function statusOf({ waived, claimableReason, status }: FoldedLeg): string {
  if (waived) return "waived";
  return claimableReason === null ? status : "claimable";
}

function messages(world: Folded): Row[] {
  const rows: Row[] = [];
  for (const [chainId, { sent }] of world.chains) {
    for (const [guid, { settlementId, targetChainId, kind }] of sent) {
      const received = world.chains.get(targetChainId)?.received.get(guid);
      rows.push({
        settlement_hash: settlementId,
        guid,
        kind: KINDS[kind],
        source_chain_id: String(chainId),
        target_chain_id: String(targetChainId),
        ignored_reason: received?.ignoredReason ?? null,
      });
    }
  }
  for (const [chainId, { received }] of world.chains) {
    for (const [guid, { recorded, ignoredReason }] of received) {
      if ([...world.chains.values()].some(({ sent }) => sent.get(guid)?.targetChainId === chainId)) continue;
      rows.push({
        settlement_hash: recorded?.settlementId ?? null,
        guid,
        kind: recorded === null ? null : KINDS[recorded.kind],
        source_chain_id: recorded === null ? null : String(recorded.sourceChainId),
        target_chain_id: String(chainId),
        ignored_reason: ignoredReason,
      });
    }
  }
  return rows;
}

/** The fold keeps an attester's newest word alone, the views every one. */
function newest(rows: Row[]): Row[] {
  const bySlot = new Map<string, Row>();
  for (const row of rows) {
    const slot = `${row.settlement_hash} ${row.attester} ${row.parties_hash}`;
    const known = bySlot.get(slot);
    if (known === undefined || BigInt(known.sequence as string) < BigInt(row.sequence as string)) bySlot.set(slot, row);
  }
  return [...bySlot.values()];
}

/** What only one side has, one line each: empty when both say the same. */
export function difference(published: Plain, folded: Plain): string[] {
  const lines = (rows: Row[] | undefined) => (rows ?? []).map((row) => text(row));
  return Object.keys({ ...published, ...folded }).flatMap((view) => {
    const [left, right] = [lines(published[view]), lines(folded[view])];
    const only = (from: string[], other: string[]) => from.filter((line) => !other.includes(line));
    const lengths =
      left.length === right.length ? [] : [`${view}: ${left.length} rows published, ${right.length} folded`];
    return [
      ...lengths,
      ...only(left, right).map((line) => `${view}, published only: ${line}`),
      ...only(right, left).map((line) => `${view}, folded only: ${line}`),
    ];
  });
}

function sorted(rows: Plain): Plain {
  return Object.fromEntries(
    Object.entries(rows).map(([view, list]) => [view, list.sort((a, b) => (text(a) < text(b) ? -1 : 1))]),
  );
}

function text(row: Row): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
