import { STANDARD_RULESET, type Terms } from "@keystoneos/protocol";
import fc from "fast-check";
import { type Address, encodeAbiParameters, getAddress, type Hex, keccak256, sliceHex } from "viem";
import { COORDINATOR_CHAIN, OTHER_CHAIN } from "./deployment.ts";
import { type ChainLog, log } from "./logs.ts";
import { STANDARD, sampleTerms } from "./samples.ts";

/** A choice out of which a story makes the next log: what kind, about which of three settlements and three legs, with which value. */
export type Choice = { kind: number; settlement: number; leg: number; value: number };

export const choices = fc.array(
  fc.record({ kind: fc.nat(), settlement: fc.nat(2), leg: fc.nat(2), value: fc.nat(2 ** 31 - 1) }),
  { minLength: 1, maxLength: 6 },
);

/**
 * Makes logs that a real deployment could emit, in any order that it could emit them in: a settlement is created at most once and only
 * then moves, a leg is deposited before anything else happens to it and paid once. Everything else comes as it likes.
 */
export class Story {
  readonly settlements: Hex[];
  readonly #salt: string;
  readonly #terms: Terms[];
  readonly #state = new Map<number, number>();
  readonly #deposited = new Set<string>();
  readonly #paid = new Set<string>();
  readonly #waived = new Set<string>();
  readonly #mined: { chainId: number; block: bigint; undo: () => void }[] = [];
  #undo: (() => void)[] = [];
  #sequence = 0n;

  constructor(salt: string) {
    this.#salt = salt;
    this.settlements = [0, 1, 2].map((index) => this.#hash("settlement", index));
    this.#terms = this.settlements.map(sampleTerms);
  }

  /** Whatever was told since the last call lies in this block. */
  mined(chainId: number, block: bigint): void {
    this.#mined.push(...this.#undo.map((undo) => ({ chainId, block, undo })));
    this.#undo = [];
  }

  /** This chain has lost the blocks from here on: what they made can be made again, what it allowed cannot. */
  lost(chainId: number, from: bigint): void {
    while (true) {
      const index = this.#mined.findLastIndex((each) => each.chainId === chainId && each.block >= from);
      if (index < 0) return;
      this.#mined.splice(index, 1)[0]?.undo();
    }
  }

  /** The next log of a chain. */
  next(chainId: number, choice: Choice): ChainLog {
    const makers =
      chainId === COORDINATOR_CHAIN
        ? [...this.#home(choice), ...this.#any(chainId, choice)]
        : this.#any(chainId, choice);
    const maker = makers[choice.kind % makers.length] as () => ChainLog;
    return maker();
  }

  #home({ settlement, leg, value }: Choice): (() => ChainLog)[] {
    const settlementId = this.settlements[settlement] as Hex;
    const escrowChain = BigInt(value % 2 === 0 ? COORDINATOR_CHAIN : OTHER_CHAIN);
    const state = this.#state.get(settlement);
    const edge = STANDARD_RULESET.edges.filter(({ from }) => from === state)[leg];
    const makers: (() => ChainLog)[] = [
      () => log("coordinator", "LockReported", { settlementId, chainId: escrowChain }),
      () => log("coordinator", "ReleaseReported", { settlementId, chainId: escrowChain }),
      () =>
        log("coordinator", "VerdictDispatched", {
          settlementId,
          chainId: escrowChain,
          verdict: 1,
          guid: this.#hash("guid", value),
        }),
      () => log("coordinator", "StepFailed", { settlementId, reason: this.#hash("reason", value) }),
      () => log("coordinator", "VerdictTaken", { settlementId, verdict: 1 + (value % 2) }),
      () => this.#statement(settlementId, leg, value),
    ];
    if (state === undefined) {
      const terms = this.#terms[settlement] as Terms;
      makers.push(() => {
        this.#state.set(settlement, 0);
        this.#undo.push(() => this.#state.delete(settlement));
        return log("coordinator", "SettlementCreated", { settlementId, ref: terms.ref, ruleset: STANDARD, terms });
      });
    }
    if (edge !== undefined) {
      makers.push(() => {
        this.#state.set(settlement, edge.to);
        this.#undo.push(() => this.#state.set(settlement, edge.from));
        const evidenceHash = this.#hash("evidence", value);
        return log("coordinator", "StateTransition", {
          settlementId,
          ...edge,
          evidenceHash,
          caller: this.#account(value),
        });
      });
    }
    return makers;
  }

  #any(chainId: number, { settlement, leg: legIndex, value }: Choice): (() => ChainLog)[] {
    const settlementId = this.settlements[settlement] as Hex;
    const other = BigInt(chainId === COORDINATOR_CHAIN ? OTHER_CHAIN : COORDINATOR_CHAIN);
    // The two ends of a message meet when both chains happen to choose the same value.
    const guid = this.#hash("guid", value % 3);
    const message = { guid, settlementId: this.settlements[value % 3] as Hex, kind: value % 3, verdict: 1 };
    const key = { settlementId, legIndex };
    const wallet = this.#account(legIndex);
    const name = `${chainId} ${settlement} ${legIndex}`;
    const makers: (() => ChainLog)[] = [
      () =>
        log("escrow", "RecipientRevealed", {
          settlementId,
          partyIndex: legIndex,
          wallet,
          secret: this.#hash("secret", legIndex),
        }),
      () => log("escrow", "LegsLocked", { settlementId }),
      () => log("escrow", "VerdictReceived", { settlementId, verdict: 1 + (value % 2) }),
      () => log("escrow", "VerdictIgnored", { settlementId, verdict: 1 + (value % 2) }),
      () => log("escrow", "FollowUpFailed", { settlementId, reason: "0x" }),
      () => log("messenger", "MessageSent", { ...message, targetChainId: other, carriesTerms: value % 2 === 0 }),
      () => log("messenger", "MessageReceived", { ...message, sourceChainId: other }),
      () => log("messenger", "MessageIgnored", { guid, reason: this.#hash("reason", value) }),
    ];
    if (!this.#deposited.has(name)) {
      makers.push(() => {
        this.#deposited.add(name);
        this.#undo.push(() => this.#deposited.delete(name));
        const deposit = {
          depositor: this.#account(value),
          secret: this.#hash("secret", value),
          token: this.#account(value + 1),
        };
        return log("escrow", "LegDeposited", { ...key, ...deposit, tokenId: 0n, amount: BigInt(value) ** 8n });
      });
    } else {
      const [recipient, amount] = [this.#account(value), BigInt(value)];
      makers.push(
        () => log("escrow", "FeeOwed", { ...key, feeIndex: value % 4, recipient, amount }),
        () => log("escrow", "FeePaid", { ...key, feeIndex: value % 4, recipient, amount }),
      );
      if (!this.#paid.has(name)) {
        const pay = (paid: ChainLog): ChainLog => {
          this.#paid.add(name);
          this.#undo.push(() => this.#paid.delete(name));
          return paid;
        };
        makers.push(
          () => log("escrow", "LegClaimable", { ...key, reason: this.#hash("reason", value) }),
          () => log("escrow", "LegRedirected", { ...key, wallet: recipient }),
        );
        if (this.#waived.has(name)) {
          makers.push(() => pay(log("escrow", "LegReturned", { ...key, wallet: recipient })));
        } else {
          makers.push(
            () => pay(log("escrow", "LegReleased", { ...key, recipient, amount })),
            () => pay(log("escrow", "LegRefunded", { ...key, depositor: recipient, amount })),
            () => {
              this.#waived.add(name);
              this.#undo.push(() => this.#waived.delete(name));
              return log("escrow", "LegWaived", { ...key, recipient });
            },
          );
        }
      }
    }
    return makers;
  }

  #statement(settlementId: Hex, attester: number, value: number): ChainLog {
    this.#sequence += 1n;
    const slot = {
      settlementId,
      attester: this.#account(attester),
      partiesHash: this.#hash("parties", value % 2),
      sequence: this.#sequence,
    };
    if (value % 3 === 0)
      return log("registry", "Revoked", {
        ...slot,
        positions: 1 + (value % 15),
        referenceHash: this.#hash("reference", 0),
      });
    const word = {
      ...slot,
      statuses: [0, 1, 2, 3].map((position) => (value >>> position) % 4),
      referenceHashes: [0, 1, 2, 3].map((position) => this.#hash("reference", position)),
      validUntil: value,
    };
    return value % 3 === 1
      ? log("registry", "Attested", word)
      : log("registry", "Overridden", { ...word, reason: "by hand" });
  }

  #hash(what: string, value: number): Hex {
    return keccak256(encodeAbiParameters([{ type: "string" }], [`${this.#salt} ${what} ${value}`]));
  }

  #account(value: number): Address {
    return getAddress(sliceHex(this.#hash("account", value), 12));
  }
}
