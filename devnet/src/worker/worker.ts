import { createHash } from "node:crypto";
import type { Hex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { type PathState, WorkerChain } from "./chain.ts";
import type { WorkerConfig } from "./config.ts";
import { type Faults, REORDER_WINDOW_MS, RETRY_MS } from "./faults.ts";
import { decodePacketSent, type Packet } from "./packet.ts";
import { type Outstanding, StateFile } from "./state.ts";

/** Blocks after which a delivery is believed and the packet forgotten, and before which a sent packet is not read. */
const CONFIRMATIONS = 2;
const MAX_REVERTED = 3;

export interface WorkerLog {
  info: (fields: object, text: string) => void;
  warn: (fields: object, text: string) => void;
}

/** A packet in one round of the worker, with what its target chain says of it. */
interface Job {
  guid: Hex;
  packet: Packet;
  outstanding: Outstanding;
  state: PathState;
}

/**
 * LayerZero's two verifiers and its executor. Each round reads from the target chain which step a packet is at and takes the next
 * ones, so that it does not matter when the worker was killed, who else delivered, or how often a step is taken.
 */
export class MessageWorker {
  readonly chains: WorkerChain[];
  readonly #config: WorkerConfig;
  readonly #log: WorkerLog;
  readonly #file: StateFile;
  readonly #verifiers: readonly [Hex, Hex];
  /** Deliveries on their way: by guid the transaction and when to look no longer. */
  readonly #inFlight = new Map<Hex, { hashes: Hex[]; delivery: Hex | null; until: number }>();
  /** By guid: the target's head when the delivery was seen. */
  readonly #seenDelivered = new Map<Hex, number>();

  constructor(config: WorkerConfig, log: WorkerLog) {
    this.#config = config;
    this.#log = log;
    this.#file = new StateFile(config.stateFile);
    this.chains = config.chains.map((chain) => new WorkerChain(chain));
    this.#verifiers = [privateKeyToAddress(config.verifierKeys[0]), privateKeyToAddress(config.verifierKeys[1])];
  }

  get faults(): Faults {
    return this.#file.state.faults;
  }

  /** Replaces the plan; it survives a restart. */
  setFaults(faults: Faults): void {
    this.#file.state.faults = faults;
    this.#file.save();
    this.#log.info({ faults }, "the plan of faults was replaced");
  }

  get outstanding(): { guid: Hex; packet: Packet; lost: number; reverted: number }[] {
    return Object.entries(this.#file.state.packets).map(([guid, { data, lost, reverted }]) => ({
      guid: guid as Hex,
      packet: decodePacketSent(data),
      lost,
      reverted,
    }));
  }

  get cursors(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#file.state.cursors).map(([chainId, { block }]) => [chainId, block]));
  }

  /** Reads new packets and takes every step that can be taken now. Chains that are away are passed over. */
  async round(): Promise<void> {
    await Promise.all(this.chains.map((chain) => this.#guarded(chain, () => this.#collect(chain))));
    this.#file.save();
    await Promise.all(this.chains.map((chain) => this.#guarded(chain, () => this.#serve(chain))));
    this.#file.save();
  }

  async #guarded(chain: WorkerChain, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      chain.forgetNonces();
      this.#log.warn(
        { chainId: chain.config.chainId, error: String(error) },
        "a chain is away or refused; the next round tries again",
      );
    }
  }

  async #collect(chain: WorkerChain): Promise<void> {
    const { cursors, packets } = this.#file.state;
    const { chainId } = chain.config;
    const genesis = await chain.genesis();
    const known = cursors[chainId];
    const block = known?.genesis === genesis ? known.block : -1;
    const settled = (await chain.head()) - CONFIRMATIONS;
    if (settled <= block) return;
    for (const { data, blockNumber, logIndex } of await chain.packetsSent(block + 1, settled)) {
      const { guid, nonce, srcEid, dstEid } = decodePacketSent(data);
      const counters = { dueSince: Date.now(), lost: 0, lastLost: 0, reverted: 0, repeated: 0 };
      packets[guid] ??= { data, chainId, blockNumber, logIndex, ...counters };
      this.#log.info({ guid, nonce: String(nonce), srcEid, dstEid }, "packet sent");
    }
    cursors[chainId] = { genesis, block: settled };
  }

  async #serve(target: WorkerChain): Promise<void> {
    const head = await target.head();
    const jobs: Job[] = [];
    for (const [guid, outstanding] of Object.entries(this.#file.state.packets) as [Hex, Outstanding][]) {
      const packet = decodePacketSent(outstanding.data);
      if (packet.dstEid !== target.config.eid || (await this.#isInFlight(guid, outstanding, target))) continue;
      const state = await target.pathState(packet, this.#verifiers).catch((error: unknown) => {
        // One packet that nobody can serve must not hold up the others.
        this.#log.warn({ guid, error: String(error) }, "the target does not say how the packet stands");
        return null;
      });
      if (state !== null) jobs.push({ guid, packet, outstanding, state });
    }
    const open = jobs.filter((job) => !this.#isDone(job, head));
    const youngest = Math.max(...open.map((job) => job.outstanding.dueSince));
    const due = this.#inOrder(open.filter((job) => this.#isDue(job, youngest)));
    await this.#takeSteps(target, due);
  }

  /** Whether the last round's transactions for it may still be mined. Counts a delivery that reverted. */
  async #isInFlight(guid: Hex, outstanding: Outstanding, target: WorkerChain): Promise<boolean> {
    const flight = this.#inFlight.get(guid);
    if (flight === undefined) return false;
    for (const hash of flight.hashes) {
      const outcome = await target.outcome(hash);
      if (outcome === null && Date.now() < flight.until) return true;
      if (outcome === false && hash === flight.delivery) outstanding.reverted++;
    }
    this.#inFlight.delete(guid);
    return false;
  }

  /** Forgets a packet once its delivery is as deep as its sending was, and all repetitions are made. */
  #isDone({ guid, outstanding, state }: Job, head: number): boolean {
    if (!state.delivered) {
      this.#seenDelivered.delete(guid);
      return false;
    }
    const repetitions = this.faults.duplicate ?? 0;
    if (outstanding.repeated < repetitions) return false;
    const seen = this.#seenDelivered.get(guid) ?? head;
    this.#seenDelivered.set(guid, seen);
    if (head - seen >= CONFIRMATIONS) {
      this.#seenDelivered.delete(guid);
      delete this.#file.state.packets[guid];
      this.#log.info({ guid }, "packet delivered");
    }
    return true;
  }

  /** @param youngest When the last packet for the same chain fell due. */
  #isDue({ guid, outstanding, state }: Job, youngest: number): boolean {
    if (state.delivered) return true;
    const { delayMs = 0, drop = 0, dropRate = 0, reorder = false, seed = "" } = this.faults;
    const now = Date.now();
    if (now < outstanding.dueSince + delayMs) return false;
    // Those that are to change places have to wait for each other, though not for ever.
    const gathers = now < youngest + REORDER_WINDOW_MS && now < outstanding.dueSince + 3 * REORDER_WINDOW_MS;
    if (reorder && gathers) return false;
    if (now < outstanding.lastLost + RETRY_MS) return false;
    if (outstanding.lost < drop || chance(`${seed}|${guid}|${outstanding.lost}`) < dropRate) {
      outstanding.lost++;
      outstanding.lastLost = now;
      this.#log.info({ guid, attempt: outstanding.lost }, "attempt lost on purpose");
      return false;
    }
    return true;
  }

  /** As they were sent; turned round, last first, when the plan says so. */
  #inOrder(jobs: Job[]): Job[] {
    const sent = jobs.sort(
      (a, b) =>
        a.outstanding.blockNumber - b.outstanding.blockNumber || a.outstanding.logIndex - b.outstanding.logIndex,
    );
    return this.faults.reorder ? sent.reverse() : sent;
  }

  /** All verifications first, then all commitments, then all deliveries: transactions of one round mostly share a block. */
  async #takeSteps(target: WorkerChain, jobs: Job[]): Promise<void> {
    const { executorKey, verifierKeys } = this.#config;
    const { silentVerifier, dropExecution = false, duplicate = 0 } = this.faults;
    const flights = new Map<Hex, { hashes: Hex[]; delivery: Hex | null; until: number }>();
    const flight = (guid: Hex) => {
      const until = Date.now() + 10_000;
      const found = flights.get(guid) ?? { hashes: [], delivery: null, until };
      flights.set(guid, found);
      return found;
    };
    const times = (job: Job) => (job.state.delivered ? 1 : 1 + duplicate);
    // Several paths end here; a nonce can be delivered when it and all below it on its path are committed.
    const committed = new Map<string, Set<bigint>>();

    for (const job of jobs) {
      if (!job.state.open && !job.state.delivered) continue;
      for (const index of [0, 1] as const) {
        if (index === silentVerifier || (job.state.verified[index] && !job.state.delivered)) continue;
        if (job.state.committed && !job.state.delivered) continue;
        for (let i = 0; i < times(job); i++) {
          flight(job.guid).hashes.push(await target.verify(verifierKeys[index], job.packet, job.state));
        }
      }
    }
    for (const job of jobs) {
      if (!job.state.open && !job.state.delivered) continue;
      const silent = silentVerifier !== undefined && !job.state.verified[silentVerifier];
      if (silent && !job.state.committed) continue;
      const path = `${job.packet.srcEid}|${job.packet.sender}|${job.packet.receiver}`;
      const known = committed.get(path) ?? new Set<bigint>();
      committed.set(path, known.add(job.packet.nonce));
      if (job.state.committed && !job.state.delivered) continue;
      for (let i = 0; i < times(job); i++) {
        flight(job.guid).hashes.push(await target.commit(executorKey, job.packet, job.state));
      }
    }
    for (const job of jobs) {
      const path = `${job.packet.srcEid}|${job.packet.sender}|${job.packet.receiver}`;
      if (job.state.delivered) {
        flight(job.guid).hashes.push(await target.deliver(executorKey, job.packet));
        job.outstanding.repeated++;
        continue;
      }
      const mayDeliver = reachable(job, committed.get(path) ?? new Set()) && job.outstanding.reverted < MAX_REVERTED;
      if (dropExecution || !mayDeliver) continue;
      const delivery = await target.deliver(executorKey, job.packet);
      const found = flight(job.guid);
      found.hashes.push(delivery);
      found.delivery = delivery;
      for (let i = 0; i < duplicate; i++) found.hashes.push(await target.deliver(executorKey, job.packet));
      job.outstanding.repeated = Math.max(job.outstanding.repeated, duplicate);
    }
    for (const [guid, found] of flights) this.#inFlight.set(guid, found);
  }
}

function reachable({ packet, state }: Job, committed: Set<bigint>): boolean {
  for (let nonce = state.inboundNonce + 1n; nonce <= packet.nonce; nonce++) if (!committed.has(nonce)) return false;
  return state.committed || committed.has(packet.nonce);
}

/** A number in [0, 1) that depends on nothing but its seed. */
function chance(seed: string): number {
  return createHash("sha256").update(seed).digest().readUInt32BE(0) / 2 ** 32;
}
