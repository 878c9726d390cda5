import { concat, type Hex, keccak256 } from "viem";
import type { Agreement } from "./agreement.ts";
import { deepConfirmations } from "./deep-finality.ts";
import type { FactsSource } from "./load.ts";
import type { IntentRow, Rows } from "./rows.ts";
import type {
  EscrowFacts,
  Facts,
  HeadFacts,
  InterventionFacts,
  LegFacts,
  MessageFacts,
  PartyFacts,
  StatementFacts,
} from "./types.ts";

/** One settlement's part of the rows, in the shape that `plan` judges. */
export function assemble(source: FactsSource, rows: Rows, intent: IntentRow, agreement: Agreement): Facts {
  const { terms, ruleset } = agreement;
  const { coordinatorChainId } = source.deployment;
  const ours = <T extends { settlement_id: string | null }>(list: readonly T[]) =>
    list.filter((row) => row.settlement_id === intent.settlement_id);
  const shown = <T extends { settlement_hash: Hex | null }>(list: readonly T[]) =>
    list.filter((row) => row.settlement_hash === intent.settlement_hash);
  const asked = ours(rows.interventions);
  const retry = asked.findLast((row) => row.target_state === null);
  const atCoordinator = (hash: Hex) =>
    rows.settlements.find((row) => row.settlement_hash === hash && Number(row.chain_id) === coordinatorChainId);
  const settlement = atCoordinator(intent.settlement_hash);
  const parent = atCoordinator(terms.parent);
  const taken = shown(rows.transitions).filter((row) => Number(row.chain_id) === coordinatorChainId);
  return {
    intentId: intent.intent_id,
    traceparent: intent.traceparent,
    settlementId: intent.settlement_id,
    settlementHash: intent.settlement_hash,
    terms,
    ruleset,
    screeningStates: screeningStates(intent),
    entered: taken.map((row) => row.to_state),
    rounds: ours(rows.rounds),
    providers: { entity: intent.config.compliance.entity_providers, wallet: intent.config.compliance.wallet_providers },
    coordinatorChainId,
    heads: headsOf(source, rows, terms),
    coordinator:
      settlement === undefined
        ? null
        : {
            created: settlement.created,
            state: settlement.state,
            verdict: settlement.verdict,
            blockNumber: settlement.block_number,
          },
    parentKind: agreement.openingRuleset.states.find(({ name }) => parent?.created && name === parent.state)?.kind,
    escrows: escrowsOf(shown(rows.escrows), shown(rows.revealed)),
    legs: terms.legs.map((leg, index): LegFacts | null => {
      const row = shown(rows.legs).find((l) => l.leg_index === index && l.chain_id === leg.chainId);
      if (row === undefined) return null;
      const returned = row.status === "waived" && row.release_tx_hash !== null;
      return { status: returned ? "returned" : row.status, blockNumber: row.block_number };
    }),
    messages: shown(rows.messages).flatMap(messageOf),
    statements: statementsOf(shown(rows.statements), coordinatorChainId, terms.parties),
    parties: ours(rows.parties).map((party) => partyOf(source, rows, party, terms)),
    checks: ours(rows.checks),
    signed: ours(rows.signed).map(({ sequence, statuses, valid_until, round }) => ({
      sequence,
      statuses,
      validUntil: Math.floor(valid_until.getTime() / 1000),
      round,
    })),
    attester: source.attester,
    transactions: ours(rows.transactions).map((row) => ({
      chainId: Number(row.chain_id),
      kind: row.kind,
      subject: row.subject,
      status: row.status,
      blockNumber: row.block_number,
      createdAt: row.created_at,
    })),
    interventions: asked.flatMap((row) => interventionOf(row, taken)),
    retry: retry === undefined ? null : { intentId: retry.id, askedAt: retry.created_at },
    operator: source.operator,
  };
}

function interventionOf(row: Rows["interventions"][number], taken: Rows["transitions"]): InterventionFacts[] {
  if (row.status !== "open") return [];
  const { id: intentId, target_state: target, evidence_hash: evidenceHash } = row;
  const step = target === null || evidenceHash === null ? null : { target, evidenceHash };
  const entered = taken.find(({ to_state }) => to_state === target);
  return [{ intentId, step, reachedIn: entered?.block_number ?? null }];
}

/** The states whose action is the check, and those that ask for another one. */
function screeningStates({ config }: IntentRow): string[] {
  const checking = Object.entries(config.actions).flatMap(([state, action]) =>
    action.type === "compliance_check" ? [state] : [],
  );
  return [...new Set([...checking, ...config.compliance.recheck_at_states])];
}

function headsOf(
  { deployment, deepFinality }: FactsSource,
  rows: Rows,
  terms: Agreement["terms"],
): Map<number, HeadFacts> {
  const deep = deepConfirmations(terms, deepFinality);
  return new Map(
    deployment.chains.flatMap(({ chainId, finality }): [number, HeadFacts][] => {
      const head = rows.heads.find((row) => Number(row.chain_id) === chainId);
      if (head === undefined) return [];
      const { block_number: number, block_timestamp } = head;
      return [[chainId, { number, timestamp: Number(block_timestamp), finalized: Math.max(finality.finalized, deep) }]];
    }),
  );
}

function escrowsOf(escrows: Rows["escrows"], revealed: Rows["revealed"]): Map<number, EscrowFacts> {
  const chains = new Set([...escrows, ...revealed].map((row) => row.chain_id));
  return new Map(
    [...chains].map((chainId): [number, EscrowFacts] => {
      const row = escrows.find((escrow) => escrow.chain_id === chainId);
      return [
        Number(chainId),
        {
          locked: row?.locked ?? false,
          verdict: row?.verdict ?? "none",
          lockReported: row?.lock_reported ?? false,
          releaseReported: row?.release_reported ?? false,
          revealed: new Set(revealed.filter((r) => r.chain_id === chainId).map((r) => r.party_index)),
        },
      ];
    }),
  );
}

/** A message of which only the arrival was seen has nothing left to be done. */
function messageOf(row: Rows["messages"][number]): MessageFacts[] {
  const { guid, kind, source_chain_id, target_chain_id, sent_tx_hash, sent_at, received_tx_hash, ignored_reason } = row;
  if (kind === null || source_chain_id === null || target_chain_id === null) return [];
  if (sent_tx_hash === null || sent_at === null) return [];
  return [
    {
      guid,
      kind,
      sourceChainId: Number(source_chain_id),
      targetChainId: Number(target_chain_id),
      sentTransaction: sent_tx_hash,
      sentAt: Number(sent_at),
      received: received_tx_hash !== null || ignored_reason !== null,
    },
  ];
}

/** The newest word per attester about exactly these parties. A revocation keeps the validity of the word before it. */
function statementsOf(rows: Rows["statements"], chainId: number, parties: readonly Hex[]): StatementFacts[] {
  const partiesHash = keccak256(concat([...parties]));
  const words = rows
    .filter((row) => Number(row.chain_id) === chainId && row.parties_hash === partiesHash)
    .map((row) => ({ ...row, sequence: BigInt(row.sequence) }))
    .sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  const newest = new Map<string, StatementFacts>();
  for (const word of words) {
    newest.set(word.attester.toLowerCase(), {
      attester: word.attester,
      sequence: word.sequence,
      statuses: word.statuses.split(",").map(Number),
      validUntil: Number(word.valid_until ?? newest.get(word.attester.toLowerCase())?.validUntil ?? 0),
    });
  }
  return [...newest.values()];
}

function partyOf(
  source: FactsSource,
  rows: Rows,
  party: Rows["parties"][number],
  terms: Agreement["terms"],
): PartyFacts {
  const holds = (kind: "entity" | "wallet") => {
    const secret = rows.secrets.find((row) => row.party_id === party.id && row.kind === kind);
    return secret !== undefined && source.secrets.opens(secret, party, terms);
  };
  return {
    id: party.id,
    position: party.position,
    wallet: party.wallet_address,
    holdsSecret: { entity: holds("entity"), wallet: holds("wallet") },
  };
}
