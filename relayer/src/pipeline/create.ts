import { randomUUID } from "node:crypto";
import type { Registry } from "@keystoneos/telemetry";
import type { Config } from "../config.ts";
import type { AttestationSigner } from "../keys/types.ts";
import { lanesOf } from "./lane.ts";
import { registerPipeline } from "./metrics.ts";
import type { Pipeline, Signers } from "./types.ts";

/** The pipeline of a process, with its metrics. It leads nothing yet. */
export function createPipeline(
  parts: Pick<Pipeline, "db" | "chains" | "log"> & {
    signers: Signers & { attester: Pick<AttestationSigner, "address"> };
    registry: Registry;
  },
  config: Pick<Config, "deployment" | "pipeline">,
): Pipeline {
  const { db, chains, log, signers, registry } = parts;
  const countAttempt = registry.counter(
    "keystone_attempts_total",
    "Bytes that were signed besides a transaction's first: replacements, cancellations, filled nonces.",
    ["chain_id", "purpose"],
  );
  const pipeline: Pipeline = {
    db,
    chains,
    log,
    lanes: lanesOf(chains.values(), signers, config.deployment.coordinatorChainId),
    holder: randomUUID(),
    attester: signers.attester.address,
    settings: config.pipeline,
    countAttempt,
  };
  registerPipeline(registry, pipeline);
  return pipeline;
}
