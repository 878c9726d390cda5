import { StandardState } from "@keystoneos/protocol";
import type { Hex } from "viem";
import type { SeenBlock, Watch } from "./watch.ts";

/** What a settlement has come to on the chains, each with the block that shows it. */
export interface Milestones {
  /** Deposits are awaited. */
  opened?: SeenBlock;
  /** Of every leg that is deposited, on whatever chain. */
  deposits: SeenBlock[];
  verdict?: SeenBlock;
  /** The payout off the coordinator's chain. */
  paidAway?: SeenBlock;
  finalized?: SeenBlock;
  /** Between chains, in the order of their sending. */
  messages: { guid: Hex; sent: SeenBlock; received?: SeenBlock }[];
}

type OnStep = (hash: Hex, milestones: Milestones) => void;

/** Tells by the chains alone how far settlements are. */
export class Progress {
  readonly #home: number;
  readonly #known = new Map<Hex, Milestones>();
  readonly #waiting = new Map<Hex, Set<() => void>>();
  readonly #listeners = new Set<OnStep>();

  constructor(watch: Watch, coordinatorChainId: number) {
    this.#home = coordinatorChainId;
    watch.listen((block) => this.#read(block));
  }

  of(hash: Hex): Milestones {
    const known = this.#known.get(hash) ?? { deposits: [], messages: [] };
    this.#known.set(hash, known);
    return known;
  }

  /** Told of every settlement that a block has changed, until the function that comes back is called. */
  listen(listener: OnStep): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when a settlement has come to something. */
  reached(hash: Hex, ready: (milestones: Milestones) => boolean): Promise<void> {
    const milestones = this.of(hash);
    if (ready(milestones)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(hash) ?? new Set();
      this.#waiting.set(hash, waiting);
      const look = () => {
        if (!ready(milestones)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
    });
  }

  #read(block: SeenBlock): void {
    const changed = new Set<Hex>();
    for (const { eventName, args } of block.events) {
      const { settlementId, to, guid } = args as { settlementId?: Hex; to?: number; guid?: Hex };
      if (settlementId === undefined) continue;
      const milestones = this.of(settlementId);
      changed.add(settlementId);
      if (eventName === "StateTransition" && to === StandardState.AWAITING_DEPOSITS) milestones.opened = block;
      if (eventName === "StateTransition" && to === StandardState.FINALIZED) milestones.finalized = block;
      if (eventName === "LegDeposited") milestones.deposits.push(block);
      if (eventName === "VerdictTaken") milestones.verdict = block;
      if (eventName === "LegReleased" && block.chainId !== this.#home) milestones.paidAway = block;
      if (guid === undefined) continue;
      if (eventName === "MessageSent") milestones.messages.push({ guid, sent: block });
      const arrived = milestones.messages.find((message) => message.guid === guid);
      if (eventName === "MessageReceived" && arrived !== undefined) arrived.received = block;
    }
    for (const hash of changed) {
      for (const look of [...(this.#waiting.get(hash) ?? [])]) look();
      for (const listener of [...this.#listeners]) listener(hash, this.of(hash));
    }
  }
}
