import fc from "fast-check";
import type { Hex } from "viem";
import {
  type AbiRuleset,
  type ChainEvent,
  Gate,
  hashTerms,
  type ProtocolEvent,
  STANDARD_RULESET,
  type Terms,
  toAbiRuleset,
} from "../../src/index.ts";
import { context, deployment, terms } from "./sample.ts";

/** Random histories: for each chain of the sample deployment its logs in order, as contracts could have emitted them. */
export interface History {
  settlements: { id: Hex; terms: Terms }[];
  logs: Map<number, ChainEvent[]>;
}

const HOME = deployment.coordinatorChainId;
const OTHER = deployment.chains[1]?.chainId ?? 0;
const CHAINS = [HOME, OTHER];
const someone = context.escrow;

const trades = [0, 1, 2].map((index) => {
  const trade: Terms = { ...terms, ref: `0x${String(index + 1).padStart(32, "0")}` };
  return { id: hashTerms(trade), terms: trade };
});

/** One thing that happens, described by numbers; the memory turns it into events if it can happen at that moment. */
interface Step {
  chain: number;
  settlement: number;
  what: (typeof KINDS)[number];
  leg: number;
  more: number;
}

const KINDS = [
  "create",
  "step",
  "deposit",
  "pay",
  "reveal",
  "lock",
  "report",
  "verdict",
  "message",
  "state",
  "skip",
  "wire",
] as const;

const step: fc.Arbitrary<Step> = fc.record({
  chain: fc.nat({ max: 1 }),
  settlement: fc.nat({ max: trades.length - 1 }),
  what: fc.constantFrom(...KINDS),
  leg: fc.nat({ max: 3 }),
  more: fc.nat({ max: 1_000 }),
});

export const history: fc.Arbitrary<History> = fc.array(step, { minLength: 20, maxLength: 120 }).map((steps) => {
  const memory = new Memory();
  for (const entry of steps) memory.write(entry);
  return { settlements: trades, logs: memory.logs };
});

/** Any way to put the logs of all chains in one line that keeps each chain's own order. */
export function interleaving({ logs }: History): fc.Arbitrary<ChainEvent[]> {
  const total = [...logs.values()].reduce((sum, events) => sum + events.length, 0);
  return fc.array(fc.nat({ max: 1_000 }), { minLength: total, maxLength: total }).map((draws) => {
    const queues = [...logs.values()].map((events) => [...events]);
    return draws.map((draw) => {
      const open = queues.filter((queue) => queue.length > 0);
      return open[draw % open.length]?.shift() as ChainEvent;
    });
  });
}

class Memory {
  readonly logs = new Map<number, ChainEvent[]>(CHAINS.map((chainId) => [chainId, []]));
  readonly #said = new Set<string>();
  #guids = 0;

  constructor() {
    const ruleset: AbiRuleset = toAbiRuleset(STANDARD_RULESET);
    this.#log(HOME, {
      contract: "coordinator",
      eventName: "RulesetRegistered",
      args: { rulesetId: terms.ruleset, ruleset },
    });
  }

  write({ chain, settlement, what, leg, more }: Step): void {
    const chainId = CHAINS[chain] ?? HOME;
    const trade = trades[settlement] as (typeof trades)[number];
    const { id: settlementId } = trade;
    const at = `${settlementId}:${chainId}:${leg}`;
    const kinds: Record<Step["what"], () => void> = {
      create: () => {
        const { ref } = trade.terms;
        const args = { settlementId, ref, ruleset: terms.ruleset, terms: trade.terms };
        this.#once(`created:${settlementId}`, HOME, { contract: "coordinator", eventName: "SettlementCreated", args });
      },
      step: () => {
        if (!this.#said.has(`created:${settlementId}`)) return;
        const edge = { from: more % 7, to: more % 8, gate: Gate.NONE };
        const args = { settlementId, ...edge, evidenceHash: hex(more), caller: someone };
        this.#log(HOME, { contract: "coordinator", eventName: "StateTransition", args });
      },
      deposit: () => {
        const token = { token: someone, tokenId: 0n, amount: BigInt(more) };
        const args = { settlementId, legIndex: leg, depositor: someone, secret: hex(more), ...token };
        this.#once(`deposit:${at}`, chainId, { contract: "escrow", eventName: "LegDeposited", args });
      },
      pay: () => this.#pay(chainId, settlementId, leg, more),
      reveal: () => {
        const args = { settlementId, partyIndex: leg, wallet: someone, secret: hex(more) };
        this.#once(`reveal:${at}`, chainId, { contract: "escrow", eventName: "RecipientRevealed", args });
      },
      lock: () => {
        const event = { contract: "escrow", eventName: "LegsLocked", args: { settlementId } } as const;
        this.#once(`locked:${settlementId}:${chainId}`, chainId, event);
      },
      report: () => {
        const eventName = more % 2 === 0 ? "LockReported" : "ReleaseReported";
        const args = { settlementId, chainId: BigInt(chainId) };
        this.#once(`${eventName}:${settlementId}:${chainId}`, HOME, { contract: "coordinator", eventName, args });
      },
      verdict: () => {
        const args = { settlementId, verdict: 1 + (more % 2) };
        this.#once(`verdict:${settlementId}`, HOME, { contract: "coordinator", eventName: "VerdictTaken", args });
        const eventName = this.#first(`received:${settlementId}`) ? "VerdictReceived" : "VerdictIgnored";
        this.#log(OTHER, { contract: "escrow", eventName, args });
      },
      message: () => this.#message(chainId, settlementId, more),
      state: () => this.#statement(settlementId, leg, more),
      skip: () => {
        const nonce = { chainId: BigInt(chainId), nonce: BigInt(leg) };
        const args = { ...nonce, skippableAt: BigInt(more) };
        const key = `${chainId}:${leg}`;
        if (this.#first(`marked:${key}`)) {
          this.#log(chainId, { contract: "messenger", eventName: "NonceMarked", args });
        } else {
          this.#once(`skipped:${key}`, chainId, { contract: "messenger", eventName: "NonceSkipped", args: nonce });
        }
      },
      wire: () => {
        const event = { contract: "messenger", eventName: "Wired", args: { wiringHash: hex(more) } } as const;
        this.#once(`wired:${chainId}`, chainId, event);
      },
    };
    kinds[what]();
  }

  #pay(chainId: number, settlementId: Hex, legIndex: number, more: number): void {
    const at = `${settlementId}:${chainId}:${legIndex}`;
    if (!this.#said.has(`deposit:${at}`)) return;
    const leg = { settlementId, legIndex };
    const fee = { ...leg, feeIndex: more % 4, recipient: someone, amount: 1n };
    const given = this.#said.has(`waived:${at}`);
    if (this.#said.has(`paid:${at}`)) {
      this.#log(chainId, { contract: "escrow", eventName: more % 2 === 0 ? "FeePaid" : "FeeOwed", args: fee });
    } else if (more % 5 === 0) {
      this.#log(chainId, { contract: "escrow", eventName: "LegRedirected", args: { ...leg, wallet: someone } });
    } else if (more % 7 === 0 && !given) {
      this.#once(`waived:${at}`, chainId, {
        contract: "escrow",
        eventName: "LegWaived",
        args: { ...leg, recipient: someone },
      });
    } else if (more % 3 === 0) {
      this.#log(chainId, { contract: "escrow", eventName: "LegClaimable", args: { ...leg, reason: hex(more) } });
    } else if (given) {
      const event = { contract: "escrow", eventName: "LegReturned", args: { ...leg, wallet: someone } } as const;
      this.#once(`paid:${at}`, chainId, event);
    } else {
      const event: ProtocolEvent =
        more % 3 === 1
          ? { contract: "escrow", eventName: "LegReleased", args: { ...leg, recipient: someone, amount: 1n } }
          : { contract: "escrow", eventName: "LegRefunded", args: { ...leg, depositor: someone, amount: 2n } };
      this.#once(`paid:${at}`, chainId, event);
    }
  }

  /** Sent here, received there, in whatever order the interleaving puts the two. */
  #message(chainId: number, settlementId: Hex, more: number): void {
    const target = chainId === HOME ? OTHER : HOME;
    const guid = hex(++this.#guids);
    const content = { guid, settlementId, kind: more % 3, verdict: more % 3 === 1 ? 2 : 0 };
    if (more % 5 !== 0) {
      const args = { ...content, targetChainId: BigInt(target), carriesTerms: more % 2 === 0 };
      this.#log(chainId, { contract: "messenger", eventName: "MessageSent", args });
    }
    if (more % 7 !== 0) {
      this.#log(target, {
        contract: "messenger",
        eventName: "MessageReceived",
        args: { ...content, sourceChainId: BigInt(chainId) },
      });
    }
    if (more % 4 === 0)
      this.#log(target, { contract: "messenger", eventName: "MessageIgnored", args: { guid, reason: hex(more) } });
  }

  #statement(settlementId: Hex, position: number, more: number): void {
    const slot = { settlementId, attester: someone, partiesHash: hex(more % 2), sequence: BigInt(more) };
    const event: ProtocolEvent =
      more % 3 === 0
        ? {
            contract: "registry",
            eventName: "Revoked",
            args: { ...slot, positions: 1 << position, referenceHash: hex(0) },
          }
        : {
            contract: "registry",
            eventName: "Attested",
            args: { ...slot, statuses: [1, 1, more % 5, 1], referenceHashes: [], validUntil: more },
          };
    this.#log(HOME, event);
  }

  #first(key: string): boolean {
    if (this.#said.has(key)) return false;
    this.#said.add(key);
    return true;
  }

  #once(key: string, chainId: number, event: ProtocolEvent): void {
    if (this.#first(key)) this.#log(chainId, event);
  }

  /** Three logs to a block. */
  #log(chainId: number, event: ProtocolEvent): void {
    const events = this.logs.get(chainId) ?? [];
    const count = events.length;
    events.push({
      ...event,
      chainId,
      blockNumber: BigInt(Math.floor(count / 3)),
      logIndex: (count % 3) * 2,
    } as ChainEvent);
  }
}

function hex(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
