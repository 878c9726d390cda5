import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@keystoneos/store";
import { startTracing } from "@keystoneos/telemetry";
import { privateKeyToAccount } from "viem/accounts";
import { act } from "./act/act.ts";
import type { ActContext } from "./act/context.ts";
import { rehearse } from "./act/rehearse.ts";
import { checkChain, connectChain } from "./chains/client.ts";
import { shortMessage } from "./chains/revert.ts";
import { hasRouter } from "./chains/router.ts";
import { checkRulesets } from "./chains/rulesets.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { SecretBook } from "./facts/secrets.ts";
import { registerGauges } from "./gauges/register.ts";
import { SilenceBook } from "./gauges/silence.ts";
import { type Health, serveHealth } from "./health.ts";
import type { Logger } from "./log.ts";
import { Loop } from "./loop.ts";
import { createMetrics } from "./metrics.ts";
import { createPipeline } from "./pipeline/create.ts";
import { pipelineWarnings } from "./pipeline/metrics.ts";
import { Stages } from "./pipeline/stages.ts";
import { Reconciler } from "./reconcile.ts";
import { Circuits } from "./screening/circuits.ts";
import type { Providers } from "./screening/provider.ts";

export interface Relayer {
  /** Where /health and /ready answer. */
  port: number;
  /** Ends after the pass under way; whatever is left is found again at the next start. */
  stop(): Promise<void>;
}

/** Puts the parts together and starts them. Waits for database and nodes that do not answer yet; /ready says for which. */
export async function startRelayer(config: Config, providers: Providers, log: Logger): Promise<Relayer> {
  const { dryRun } = config;
  const tracing = startTracing("relayer", config.tracesUrl);
  const onError = (error: Error) => log.warn({ error: error.message }, "the database closed a connection");
  const { databaseUrl, indexerSchema } = config;
  // In a dry run the database itself refuses what should not be written.
  const db = connect({ databaseUrl, indexerSchema, readOnly: dryRun, onError });
  const chains = new Map(
    config.deployment.chains.map((entry) => [
      entry.chainId,
      connectChain(entry, config.rpcUrls.get(entry.chainId) ?? ""),
    ]),
  );
  const { registry, countAction } = createMetrics(db);
  const signers = {
    gas: [privateKeyToAccount(config.relayerKey)],
    operator: config.operatorKey === null ? null : privateKeyToAccount(config.operatorKey),
  };
  const pipeline = createPipeline({ db, chains, signers, log, registry }, config);
  const context: ActContext = {
    db,
    deployment: config.deployment,
    pipeline,
    attester: privateKeyToAccount(config.attesterKey),
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
  registerGauges(registry, db, { due: reconciler.due, silence: context.silence });
  const loop = new Loop(() => reconciler.pass(), config.tickMs);
  const stages = new Stages(pipeline, config.tickMs);
  let stopped = false;
  const stopping = () => stopped;
  const health: Health = await serveHealth(config.host, config.port, {
    db,
    chains: chains.values(),
    loop,
    registry,
    warnings: async () => [
      ...(dryRun ? ["dry run: nothing is signed, sent or stored"] : []),
      ...(await pipelineWarnings(pipeline)),
    ],
  });
  const keys = {
    relayer: signers.gas.map(({ address }) => address),
    attester: context.attester.address,
    operator: signers.operator?.address,
  };
  log.info({ port: health.port, ...keys }, dryRun ? "relayer started for a dry run" : "relayer started");

  for (const chain of chains.values())
    await patiently(`chain ${chain.chainId}`, () => checkChain(chain), log, stopping);
  const home = chains.get(config.deployment.coordinatorChainId);
  if (home !== undefined) {
    await patiently("the coordinator", () => checkRulesets(home, config.deployment), log, stopping);
    const findRouter = async () => {
      context.policy.opensAtOnce = await hasRouter(home, config.deployment);
    };
    await patiently("the router", findRouter, log, stopping);
    if (!context.policy.opensAtOnce) log.warn("there is no router: settlements are opened step by step");
  }
  if (!dryRun) {
    await patiently("the database", () => context.circuits.register(providers.keys()), log, stopping);
    stages.start();
  }
  loop.start();
  return {
    port: health.port,
    async stop() {
      stopped = true;
      await loop.stop();
      await reconciler.stop();
      if (!dryRun) await stages.stop();
      await health.close();
      await tracing.stop();
      await db.destroy();
    },
  };
}

/** A node of another chain and a missing ruleset end the start; a node that does not answer may come back. */
async function patiently(what: string, work: () => Promise<void>, log: Logger, stopped: () => boolean): Promise<void> {
  for (let attempt = 1; !stopped(); attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConfigError || /the node is of chain/.test(shortMessage(error))) throw error;
      log.warn({ attempt, error: shortMessage(error) }, `waiting for ${what}`);
      await sleep(Math.min(attempt, 5) * 1000);
    }
  }
}
