import { shortMessage } from "../chains/revert.ts";
import { Loop } from "../loop.ts";
import { LeaseLostError, PausedError } from "./fence.ts";
import { finalize } from "./finality.ts";
import { include } from "./inclusion.ts";
import type { Lane } from "./lane.ts";
import { releaseLeases, renewLeases } from "./leases.ts";
import type { Pipeline } from "./types.ts";

/** Finality takes blocks: there is no hurry to look. */
const FINALITY_TICKS = 4;

/**
 * Runs inclusion and finality of every key on every chain, each in a loop of its own, so that a chain whose node is slow or dead holds up nothing
 * but itself; and keeps the leases without which they do nothing. Building runs where drafts come from.
 */
export class Stages {
  readonly #pipeline: Pipeline;
  readonly #loops: Loop[];
  readonly #leases: Loop;

  constructor(pipeline: Pipeline, tickMs: number) {
    this.#pipeline = pipeline;
    this.#leases = this.#loop("keeping leases", (pipeline.settings.leaseSeconds * 1000) / 3, () =>
      renewLeases(pipeline),
    );
    this.#loops = pipeline.lanes.flatMap((lane) => {
      const inclusion = this.#loop(`inclusion ${name(lane)}`, tickMs, () => include(pipeline, lane));
      const finality = this.#loop(`finality ${name(lane)}`, tickMs * FINALITY_TICKS, () => finalize(pipeline, lane));
      lane.wake = () => inclusion.wake();
      return [inclusion, finality];
    });
  }

  start(): void {
    this.#leases.start();
    for (const loop of this.#loops) loop.start();
  }

  /** Ends each loop after its step under way, then gives the leases back. Nothing may be submitted any more. */
  async stop(): Promise<void> {
    await Promise.all([this.#leases, ...this.#loops].map((loop) => loop.stop()));
    await releaseLeases(this.#pipeline).catch((error: unknown) =>
      this.#pipeline.log.warn({ error: shortMessage(error) }, "leases are not given back; they end by themselves"),
    );
  }

  #loop(what: string, tickMs: number, step: () => Promise<void>): Loop {
    const { log } = this.#pipeline;
    const guarded = () =>
      step().catch((error: unknown) => {
        if (error instanceof LeaseLostError || error instanceof PausedError) log.info(error.message);
        else log.error({ error: shortMessage(error) }, `${what} failed`);
      });
    return new Loop(guarded, tickMs);
  }
}

function name({ chain, address }: Lane): string {
  return `of ${address} on chain ${chain.chainId}`;
}
