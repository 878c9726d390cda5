import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Deployment } from "@keystoneos/protocol";
import type { Address } from "viem";
import { writeJson } from "../../ignition/record.ts";
import { type Chain, startChain } from "./chains.ts";
import { deployLocally, type LocalDeployment } from "./deploy/world.ts";
import { DevnetError } from "./errors.ts";
import { localAccount, ROLE } from "./keys.ts";
import { freePort } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { lockFolder } from "./process/lock.ts";
import { runNodeScript, startNodeProcess } from "./process/node-process.ts";
import { type Running, Supervisor, type Unit } from "./process/supervisor.ts";
import type { Faults } from "./worker/faults.ts";
import {
  ensureClients,
  ensureOrganizations,
  ensureSandboxClient,
  seedPlatforms,
  type WorldClient,
} from "./world/clients.ts";
import { assertPortsFree, CHAIN_IDS, freePorts, ROOT, type WorldOptions, worldOptionsFrom } from "./world/options.ts";
import {
  AUDIENCE,
  commonEnvironment,
  DIRECTORY_CLIENT,
  deploymentsFile,
  describeProcess,
  issuerUrl,
  layerZeroFile,
  logFile,
  relayerNames,
  rpcUrl,
  type ServiceName,
  sessionKeyFile,
  type WorldSettings,
} from "./world/processes.ts";
import { ensureSessionKey, loadSecrets } from "./world/secrets.ts";

export type ProcessName = "postgres" | `chain-${number}` | ServiceName;

/** The local world, up and ready. */
export interface World {
  dir: string;
  /** When its first process was started. */
  startedAt: Date;
  deployment: Deployment;
  chains: { chainId: number; rpcUrl: string }[];
  databaseUrl: string;
  /** Base of the REST API, `/v1` included. */
  apiUrl: string;
  graphqlUrl: string;
  urls: Record<"api" | "issuer" | "worker" | "indexer" | "relayer" | "courier" | "sandbox", string>;
  issuer: { url: string; tokenUrl: string; audience: string };
  clients: [WorldClient, WorldClient];
  /** Unlocked accounts with ether on both chains that nobody else uses. */
  parties: Address[];
  /** A name on the shipped sanctions list. */
  blockedName: string;
  /** Replaces the message worker's plan of faults; `{}` ends it. */
  faults: (plan: Faults) => Promise<void>;
  /** Sends a signal (SIGKILL by default) and returns when the process is gone. It is started again by itself. */
  crash: (name: ProcessName, signal?: NodeJS.Signals) => Promise<void>;
  /** Resolves when a process that is being started again is ready. */
  ready: (name: ProcessName) => Promise<void>;
  /** kill -9; the process stays down until `start`. */
  kill: (name: ProcessName) => Promise<void>;
  /** Starts again what `kill` ended, and waits until it is ready. */
  start: (name: ProcessName) => Promise<void>;
  /** Resolves when a kill of a chain's node would take nothing back that it has by now: a reorganisation is recorded late. */
  recorded: (chainId: number) => Promise<void>;
  restartCount: (name: ProcessName) => number;
  pid: (name: ProcessName) => number | null;
  /** Ends everything, the youngest process first. */
  stop: () => Promise<void>;
}

/**
 * Starts the whole local world and resolves when every process is ready. What it keeps lies in one folder, so the next start goes on
 * where this one ended.
 *
 * @throws DevnetError WorldRunning, PortInUse, NotCompiled, DeploymentDiffers, ProcessFailed, WorldStopped and those of its parts.
 * @example
 * const world = await startWorld({ dir: "another-folder", ports: "free" });
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const startedAt = new Date();
  const dir = resolve(options.dir ?? join(ROOT, ".keystone"));
  const tell = options.onProgress ?? (() => {});
  const lock = await lockFolder(dir);
  const supervisor = new Supervisor(tell, lock.remember);
  const stop = async () => {
    await supervisor.stop();
    lock.release();
  };
  const onAbort = () => void stop();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (options.signal?.aborted) throw new DevnetError("WorldStopped", "the world was stopped before it started");
    return { ...(await build(dir, options, supervisor, tell)), startedAt, stop };
  } catch (error) {
    await stop();
    // What fails because its world is being stopped says nothing of its own.
    if (options.signal?.aborted)
      throw new DevnetError("WorldStopped", "the world was stopped while it started", { cause: error });
    throw error;
  }
}

async function build(
  dir: string,
  options: WorldOptions,
  supervisor: Supervisor,
  tell: (text: string) => void,
): Promise<Omit<World, "startedAt" | "stop">> {
  const ports =
    options.ports === "free"
      ? await freePorts()
      : (options.ports ?? (worldOptionsFrom({}).ports as Exclude<WorldOptions["ports"], "free" | undefined>));
  await assertPortsFree(ports, options.databaseUrl === undefined);
  mkdirSync(join(dir, "logs"), { recursive: true });
  const secrets = loadSecrets(join(dir, "secrets.json"));
  ensureSessionKey(sessionKeyFile(dir));
  const settings: WorldSettings = {
    dir,
    ports,
    databaseUrl: options.databaseUrl ?? "",
    secrets,
    furtherRelayers: await Promise.all(Array.from({ length: (options.relayers ?? 1) - 1 }, freePort)),
    env: options.env ?? {},
  };
  const service = (name: ServiceName): Unit => ({
    name,
    start: (signal) => startNodeProcess(describeProcess(name, settings), signal),
  });

  // Each line waits only for what it needs.
  const postgres = startDatabase(settings, options, supervisor);
  const nodes = new Map<number, Chain>();
  const chains = Promise.all(CHAIN_IDS.map((chainId) => supervisor.start(chainUnit(settings, chainId, nodes))));
  const issuer = supervisor.start(service("issuer"));
  const deployed = chains.then(() => deploy(settings, tell));
  const proven = deployed.then(async ({ provePaths }) => {
    await supervisor.start(service("worker"));
    await provePaths();
    tell("A verdict has travelled from chain to chain: both escrows take deposits");
  });
  const clients = issuer.then(() => ensureClients(dir, issuerUrl(ports), secrets.issuerAdminToken));
  const sandboxClient = issuer.then(() => ensureSandboxClient(dir, issuerUrl(ports), secrets.issuerAdminToken));
  const seeded = Promise.all([postgres, deployed, clients, sandboxClient]).then(async ([, , both, own]) => {
    const created = [...both, own];
    await migrate(settings);
    const directoryClient = { client_id: DIRECTORY_CLIENT, client_secret: secrets.directoryClientSecret };
    const organizations = await ensureOrganizations(issuerUrl(ports), directoryClient, created);
    await seedPlatforms(settings.databaseUrl, created, organizations);
    tell("The platform database is ready");
  });
  const indexed = Promise.all([postgres, deployed]).then(async () => {
    await supervisor.start(service("indexer"));
    tell("The indexer follows both chains");
  });
  const served = Promise.all([seeded, indexed]).then(async () => {
    await Promise.all(
      ([...relayerNames(settings), "api", "courier"] as const).map((name) => supervisor.start(service(name))),
    );
    tell("Relayer, API and courier are ready");
    settings.sandboxClient = await sandboxClient;
    await supervisor.start(service("sandbox"));
    tell("The sandbox plays the other side");
  });
  const clientsCreated = [clients, sandboxClient];
  await allOrFirstFailure([postgres, chains, issuer, deployed, proven, ...clientsCreated, seeded, indexed, served]);

  const { deployment } = await deployed;
  const urls = {
    api: `http://127.0.0.1:${ports.api}`,
    issuer: issuerUrl(ports),
    worker: `http://127.0.0.1:${ports.worker}`,
    indexer: `http://127.0.0.1:${ports.indexer}`,
    relayer: `http://127.0.0.1:${ports.relayer}`,
    courier: `http://127.0.0.1:${ports.courier}`,
    sandbox: `http://127.0.0.1:${ports.sandbox}`,
  };
  return {
    dir,
    deployment,
    chains: CHAIN_IDS.map((chainId) => ({ chainId, rpcUrl: rpcUrl(ports, chainId) })),
    databaseUrl: settings.databaseUrl,
    apiUrl: `${urls.api}/v1`,
    graphqlUrl: `${urls.api}/graphql`,
    urls,
    issuer: { url: urls.issuer, tokenUrl: `${urls.issuer}oauth/token`, audience: AUDIENCE },
    clients: await clients,
    parties: Array.from({ length: ROLE.faucet - ROLE.firstParty }, (_, i) => localAccount(ROLE.firstParty + i).address),
    blockedName: "KEYSTONE TEST BLOCKED 01",
    faults: (plan) => setFaults(urls.worker, plan),
    crash: (name, signal = "SIGKILL") => supervisor.crash(name, signal),
    ready: (name) => supervisor.ready(name),
    kill: (name) => supervisor.hold(name),
    start: (name) => supervisor.resume(name),
    recorded: async (chainId) => nodes.get(chainId)?.recorded(),
    restartCount: (name) => supervisor.restarts(name),
    pid: (name) => supervisor.pid(name),
  };
}

async function startDatabase(settings: WorldSettings, options: WorldOptions, supervisor: Supervisor): Promise<void> {
  if (options.databaseUrl !== undefined) return;
  const { dir, ports } = settings;
  const start = async (): Promise<Running> => {
    const server = await startPostgres({
      dir: join(dir, "postgres"),
      port: ports.postgres,
      logFile: logFile(dir, "postgres"),
    });
    settings.databaseUrl = server.url;
    return { pid: server.process.pid as number, exited: server.exited, stop: server.stop };
  };
  await supervisor.start({ name: "postgres", start });
}

/** The node that runs is put in its place in `nodes`. */
function chainUnit({ dir, ports }: WorldSettings, chainId: number, nodes: Map<number, Chain>): Unit {
  const name = `chain-${chainId}`;
  const start = async (): Promise<Running> => {
    const options = { chainId, dir: join(dir, "chains", String(chainId)), logFile: logFile(dir, name) };
    const chain = await startChain({ ...options, port: ports.chains[chainId] as number });
    nodes.set(chainId, chain);
    return { pid: chain.process.pid as number, exited: chain.exited, stop: chain.stop };
  };
  return { name, start };
}

async function deploy({ dir, ports }: WorldSettings, tell: (text: string) => void): Promise<LocalDeployment> {
  const chains = CHAIN_IDS.map((chainId) => ({ chainId, url: rpcUrl(ports, chainId) }));
  const local = await deployLocally(chains, join(dir, "ignition"));
  writeJson(deploymentsFile(dir), local.deployment);
  const served = local.deployment.chains.map(({ chainId, eid, endpoint }) => ({ chainId, eid, endpoint }));
  writeFileSync(layerZeroFile(dir), JSON.stringify(served, null, 2));
  tell(`The contracts are deployed and sealed; the root is ${local.deployment.contracts.root} on both chains`);
  return local;
}

async function migrate(settings: WorldSettings): Promise<void> {
  const { dir, env } = settings;
  await runNodeScript({
    name: "migrate",
    command: [join(ROOT, "packages/store/src/bin/migrate.ts")],
    cwd: ROOT,
    env: { ...commonEnvironment(settings), ...env },
    logFile: logFile(dir, "migrate"),
  });
}

async function setFaults(workerUrl: string, plan: Faults): Promise<void> {
  const response = await fetch(`${workerUrl}/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(plan),
  });
  if (!response.ok)
    throw new DevnetError("FaultsRefused", `The message worker refused the plan: ${await response.text()}`);
}

/** Fails as soon as one fails; the others, which then fail too, are heard. */
async function allOrFirstFailure(tasks: Promise<unknown>[]): Promise<void> {
  for (const task of tasks) task.catch(() => {});
  await Promise.all(tasks);
}
