import { createHash } from "node:crypto";
import type { ChainViews, StoreTransaction } from "@keystoneos/store";
import canonicalize from "canonicalize";
import type { Hex } from "viem";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { showAddress } from "../../schemas/primitives.ts";
import type { SettlementEventRead } from "../../schemas/settlement-event.ts";
import { readSequenceWindow, toSequencePage } from "../sequence-paging.ts";
import { showTime } from "../time.ts";
import { confirmations, finalityOf, type Heads } from "./finality.ts";
import { findSettlement } from "./find-settlement.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { initialState } from "./render-context.ts";
import { inSnapshot } from "./select-settlement.ts";

type Log = Omit<ChainViews["transition"], "sequence" | "settlement_hash">;

/** One state entered: the match, then what the coordinator did. */
interface Step {
  from: string | null;
  to: string;
  gate: string | null;
  evidenceHash: Hex | null;
  /** Where it happened; null for the match while the settlement is not on chain. */
  log: Log | null;
  at: Date;
}

/** A settlement's events as the caller's environment sees them. Throws ApiError 404. */
export function listEvents(
  deps: Dependencies,
  caller: Caller,
  id: string,
  input: PageInput,
): Promise<Page<SettlementEventRead>> {
  const window = readSequenceWindow(input);
  return inSnapshot(deps.db, async (trx) => {
    const { loaded, heads } = await findSettlement(deps, trx, caller, id);
    return toSequencePage(window, await eventsOf(deps, trx, loaded, heads));
  });
}

/** The states a settlement has entered, oldest first, each bound to the one before by its hash. */
export async function eventsOf(
  deps: Dependencies,
  trx: StoreTransaction,
  loaded: LoadedSettlement,
  heads: Heads,
): Promise<SettlementEventRead[]> {
  const steps = await readSteps(deps, trx, loaded);
  let previous: string | null = null;
  return steps.map((step, index) => {
    const hash: string = contentHash(loaded.row.settlement_hash, index + 1, step, previous);
    const event = renderStep(deps, loaded, heads, step, { sequence: index + 1, hash, previous });
    previous = hash;
    return event;
  });
}

async function readSteps(deps: Dependencies, trx: StoreTransaction, { row, chain }: LoadedSettlement): Promise<Step[]> {
  const home = BigInt(deps.deployment.coordinatorChainId);
  const initial = initialState(row);
  const match: Step = { from: null, to: initial, gate: null, evidenceHash: null, log: null, at: row.created_at };
  if (chain.settlement === undefined) return [match];
  if (!chain.settlement.created) return [match, await verdictWithoutCreation(deps, trx, row.settlement_hash, initial)];
  const transitions = await trx
    .selectFrom("indexer.transition")
    .selectAll()
    .where("settlement_hash", "=", row.settlement_hash)
    .where("chain_id", "=", home)
    .orderBy("sequence")
    .execute();
  return transitions.map((log, index) =>
    index === 0
      ? { ...match, log }
      : {
          from: log.from_state,
          to: log.to_state,
          gate: log.gate,
          evidenceHash: log.evidence_hash,
          log,
          at: new Date(Number(log.block_timestamp) * 1000),
        },
  );
}

/** A settlement that timed out before it was created has no transition, only the verdict. */
async function verdictWithoutCreation(
  deps: Dependencies,
  trx: StoreTransaction,
  settlementHash: Hex,
  initial: string,
): Promise<Step> {
  const event = await trx
    .selectFrom("indexer.chain_event")
    .selectAll()
    .where("settlement_hash", "=", settlementHash)
    .where("chain_id", "=", BigInt(deps.deployment.coordinatorChainId))
    .where("event", "=", "VerdictTaken")
    .orderBy("block_number")
    .orderBy("log_index")
    .executeTakeFirstOrThrow();
  const log = { ...event, from_state: initial, to_state: "TIMED_OUT", gate: "TIMEOUT", evidence_hash: null };
  return {
    from: initial,
    to: "TIMED_OUT",
    gate: "TIMEOUT",
    evidenceHash: null,
    log: { ...log, caller: event.address },
    at: new Date(Number(event.block_timestamp) * 1000),
  };
}

/** Computed from what the logs say and nothing else, so that anyone can derive it anew; a reorg that moves a log does not change it. */
function contentHash(settlementHash: Hex, sequence: number, step: Step, previous: string | null): string {
  const content = {
    settlement_hash: settlementHash,
    sequence,
    from_state: step.from,
    to_state: step.to,
    gate: step.gate,
    evidence_hash: step.evidenceHash,
    previous_content_hash: previous,
  };
  return createHash("sha256")
    .update(canonicalize(content) as string)
    .digest("hex");
}

function renderStep(
  { deployment }: Dependencies,
  loaded: LoadedSettlement,
  heads: Heads,
  step: Step,
  chained: { sequence: number; hash: string; previous: string | null },
): SettlementEventRead {
  const { row } = loaded;
  const { log } = step;
  const home = deployment.coordinatorChainId;
  const depth = log === null ? 0 : confirmations(heads, home, Number(log.block_number));
  return {
    id: eventId(row.id, chained.sequence),
    settlement_id: row.id,
    sequence: chained.sequence,
    from_state: step.from,
    to_state: step.to,
    gate: step.gate,
    triggered_by: chained.sequence === 1 || log === null ? row.created_by : triggeredBy(log, loaded),
    payload: null,
    chain:
      log === null
        ? null
        : {
            chain_id: home,
            block_number: Number(log.block_number),
            block_hash: log.block_hash,
            tx_hash: log.tx_hash,
            log_index: log.log_index,
            finality: finalityOf(deployment, home, depth),
          },
    content_hash: chained.hash,
    previous_content_hash: chained.previous,
    evidence_hash: step.evidenceHash,
    created_at: showTime(step.at),
  };
}

/** A step of ours is an operator's where its evidence is that of what the operator asked for. */
function triggeredBy(log: Log, { transactions, interventions }: LoadedSettlement): string {
  if (!transactions.some(({ hash }) => hash === log.tx_hash)) return `chain:${showAddress(log.caller)}`;
  const asked = interventions.find((row) => row.evidence_hash === log.evidence_hash);
  return asked === undefined ? "system:relayer" : `admin:${asked.actor}`;
}

/** The same id for the same step, however often the index is rebuilt. */
function eventId(settlementId: string, sequence: number): string {
  const digest = createHash("sha256").update(`settlement-event:${settlementId}:${sequence}`).digest();
  // Version 8 (custom), variant 1.
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString("hex").slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
