import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@keystoneos/store";
import { startTracing } from "@keystoneos/telemetry";
import { act } from "./act/act.ts";
import type { ActContext } from "./act/context.ts";
import { rehearse } from "./act/rehearse.ts";
import { type Chain, checkChain, connectChain } from "./chains/client.ts";
import { shortMessage } from "./chains/revert.ts";
import { hasRouter } from "./chains/router.ts";
import { checkRulesets } from "./chains/rulesets.ts";
import { createWatch } from "./chains/watch.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { SecretBook } from "./facts/secrets.ts";
import { registerGauges } from "./gauges/register.ts";
import { SilenceBook } from "./gauges/silence.ts";
import { type Health, serveHealth } from "./health.ts";
import { openKeys } from "./keys/open.ts";
import { keySlots, slotsIn } from "./keys/slot.ts";
import type { Logger } from "./log.ts";
import { Loop } from "./loop.ts";
import { createMetrics, rpcMetrics } from "./metrics.ts";
import { createPipeline } from "./pipeline/create.ts";
import { pipelineWarnings } from "./pipeline/metrics.ts";
import { Stages } from "./pipeline/stages.ts";
import type { Pipeline } from "./pipeline/types.ts";
import { Reconciler } from "./reconcile.ts";
import { Circuits } from "./screening/circuits.ts";
import type { Screening } from "./screening/open.ts";

export interface Relayer {
  /** Where /health and /ready answer. */
  port: number;
  /** Ends after the pass under way; whatever is left is found again at the next start. */
  stop(): Promise<void>;
}

/** Puts the parts together and starts them. Waits for keys, database and nodes that do not answer yet; /ready says for which. */
export async function startRelayer(config: Config, screening: Screening, log: Logger): Promise<Relayer> {
  const { databaseUrl, indexerSchema, dryRun } = config;
  const tracing = startTracing("relayer", config.tracesUrl);
  const onError = (error: Error) => log.warn({ error: error.message }, "the database closed a connection");
  // Whoever falls silent in the middle of a step keeps the key's lease locked no longer than the lease itself.
  const idleTransactionMs = config.pipeline.leaseSeconds * 1000;
  // In a dry run the database itself refuses what should not be written.
  const db = connect({ databaseUrl, indexerSchema, idleTransactionMs, readOnly: dryRun, onError });
  const { providers } = screening;
  const lists = () => screening.sanctionsList?.status() ?? [];
  const { registry, countAction, observeSigning } = createMetrics(db, lists);
  const chains = new Map<number, Chain>();
  const watch = createWatch(log, rpcMetrics(registry, chains));
  for (const entry of config.deployment.chains) {
    const rpc = config.rpc.get(entry.chainId);
    if (rpc !== undefined) chains.set(entry.chainId, connectChain(entry, rpc, watch));
  }
  const slots = keySlots(config);
  const loop = new Loop(() => reconciler.pass(), config.tickMs);
  // There is none before its keys are opened, and until then health tells that they are not.
  let opened: Pipeline | null = null;
  const warnings = async () => [
    ...(dryRun ? ["dry run: nothing is signed, sent or stored"] : []),
    ...(opened === null ? [] : await pipelineWarnings(opened)),
  ];
  const parts = { db, chains: [...chains.values()], keys: slotsIn(slots), loop, registry, lists, warnings };
  const health: Health = await serveHealth(config.host, config.port, parts);
  const keys = await patiently("the keys", () => openKeys(slots, config.deployment, observeSigning), log);
  const pipeline = createPipeline({ db, chains, signers: keys, log, registry }, config);
  opened = pipeline;
  const context: ActContext = {
    db,
    deployment: config.deployment,
    pipeline,
    attester: keys.attester,
    secrets: new SecretBook(config.keyring, log),
    deepFinality: config.deepFinality,
    silence: new SilenceBook(),
    providers,
    circuits: new Circuits(db),
    policy: { ...config.policy, opensAtOnce: false },
    log,
    countAction,
  };
  const reconciler = new Reconciler(context, dryRun ? rehearse : act);
  registerGauges(registry, db, { due: reconciler.due, silence: context.silence, loop });
  const stages = new Stages(pipeline, config.tickMs);
  const addresses = {
    relayer: keys.gas.map((signer) => signer.address),
    attester: keys.attester.address,
    operator: keys.operator?.address,
  };
  log.info({ port: health.port, ...addresses }, dryRun ? "relayer started for a dry run" : "relayer started");

  for (const chain of chains.values()) await patiently(`chain ${chain.chainId}`, () => checkChain(chain), log);
  const home = chains.get(config.deployment.coordinatorChainId);
  if (home !== undefined) {
    await patiently("the coordinator", () => checkRulesets(home, config.deployment), log);
    const findRouter = async () => {
      context.policy.opensAtOnce = await hasRouter(home, config.deployment);
    };
    await patiently("the router", findRouter, log);
    if (!context.policy.opensAtOnce) log.warn("there is no router: settlements are opened step by step");
  }
  if (!dryRun) {
    await patiently("the database", () => context.circuits.register(providers.keys()), log);
    stages.start();
  }
  loop.start();
  return {
    port: health.port,
    async stop() {
      await loop.stop();
      await reconciler.stop();
      if (!dryRun) await stages.stop();
      await health.close();
      for (const { nodes } of chains.values()) nodes.close();
      await tracing.stop();
      await db.destroy();
    },
  };
}

/** What is configured wrongly ends the start, as nodes of other chains do; what does not answer may come back. */
async function patiently<T>(what: string, work: () => Promise<T>, log: Logger): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      log.warn({ attempt, error: shortMessage(error) }, `waiting for ${what}`);
      await sleep(Math.min(attempt, 5) * 1000);
    }
  }
}
