import type { Hex } from "viem";
import type { Settlement } from "./api-shapes.ts";
import { type Chains, reachChains } from "./chains.ts";
import type { Context, Scenario } from "./context.ts";
import { openFacts } from "./facts.ts";
import { duplicates } from "./ledger/duplicates.ts";
import type { Entry } from "./ledger/entry.ts";
import { readLedger } from "./ledger/read.ts";
import { connectPlatform } from "./platform.ts";
import { scenarios as all } from "./scenarios/index.ts";
import type { DemoReport, DemoWorld, Outcome, Progress } from "./types.ts";

export interface DemoOptions {
  onProgress?: Progress;
  /** When the first process of the world started; now by default. */
  startedAt?: Date;
  /** All seven by default. */
  scenarios?: readonly Scenario[];
}

export interface DemoResult {
  report: DemoReport;
  /** Every difference between what was promised and what happened, by scenario; empty when the demo held. */
  problems: { scenario: string; problem: string }[];
}

/**
 * Runs the settlements of the demo against a world that is up, at the same time where they do not disturb each other. Never throws for
 * what a scenario finds: it is in the result.
 */
export async function runDemo(world: DemoWorld, options: DemoOptions = {}): Promise<DemoResult> {
  const startedAt = options.startedAt ?? new Date();
  const scenarios = options.scenarios ?? all;
  const chains = reachChains(world);
  const since = await headBlocks(world, chains);
  const escrowBefore = await escrowBalances(world, chains);

  const runs = await runAll(world, chains, scenarios, options.onProgress ?? (() => {}));

  const ledger = await readLedger(chains, world.deployment, since);
  const settlements = runs.map(({ scenario, outcome, durationMs }) => {
    const transactions = entriesOf(ledger, outcome.settlementHash);
    outcome.problems.push(...duplicates(transactions));
    if (outcome.actual !== scenario.expected) outcome.problems.unshift(`${outcome.actual}, not ${scenario.expected}`);
    return {
      name: scenario.name,
      id: outcome.id,
      settlementHash: outcome.settlementHash,
      template: outcome.template,
      expected: scenario.expected,
      actual: outcome.actual,
      legs: outcome.legs,
      transactions: transactions.map(({ chainId, hash, kind, gasUsed }) => ({ chainId, hash, kind, gasUsed })),
      durationMs,
    };
  });
  const problems = runs.flatMap(({ scenario, outcome }) =>
    outcome.problems.map((problem) => ({ scenario: scenario.name, problem })),
  );
  const escrowAfter = await escrowBalances(world, chains);
  if (escrowBefore.join() !== escrowAfter.join()) {
    problems.push({ scenario: "escrows", problem: `they held ${escrowBefore} before and ${escrowAfter} after` });
  }
  const contracts = { ...world.deployment.contracts };
  return {
    problems,
    report: {
      ok: problems.length === 0,
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      chains: world.chains.map(({ chainId, rpcUrl }) => ({ chainId, rpcUrl, contracts })),
      apiUrl: world.apiUrl,
      graphqlUrl: world.graphqlUrl,
      settlements,
    },
  };
}

interface Run {
  scenario: Scenario;
  outcome: Outcome;
  durationMs: number;
}

async function runAll(
  world: DemoWorld,
  chains: Chains,
  scenarios: readonly Scenario[],
  onProgress: Progress,
): Promise<Run[]> {
  const [seller, buyer] = world.clients;
  const platforms = { seller: connectPlatform(world, seller), buyer: connectPlatform(world, buyer) };
  const facts = openFacts(world.graphqlUrl);
  const calms = scenarios.map(() => Promise.withResolvers<void>());
  return Promise.all(
    scenarios.map(async (scenario, index) => {
      const started = performance.now();
      const tell = (text: string) => onProgress({ scenario: scenario.name, text });
      const quiet = () => calms[index]?.resolve();
      const others = calms.filter((_, position) => position !== index).map(({ promise }) => promise);
      let known: Settlement | undefined;
      const context: Context = {
        world,
        chains,
        facts,
        platforms,
        wallets: pair(world, index),
        spareWallets: pair(world, scenarios.length),
        tell,
        remember: (settlement) => {
          known ??= settlement;
        },
        quiet,
        calm: Promise.all(others),
      };
      const outcome = await scenario.run(context).catch((error: unknown) => crashed(error, known));
      quiet();
      const durationMs = Math.round(performance.now() - started);
      tell(outcome.problems.length === 0 ? `done: ${outcome.actual}` : `failed: ${outcome.problems.join("; ")}`);
      return { scenario, outcome, durationMs };
    }),
  );
}

function crashed(error: unknown, known: Settlement | undefined): Outcome {
  return {
    id: known?.id ?? "",
    settlementHash: known?.settlement_hash ?? "0x",
    template: known?.template_slug ?? "",
    actual: "error",
    legs: [],
    problems: [error instanceof Error ? error.message : String(error)],
  };
}

/** Every trade has two wallets of its own, so that balances can be told apart. */
function pair(world: DemoWorld, index: number): Context["wallets"] {
  const [seller, buyer] = world.parties.slice(2 * index, 2 * index + 2);
  if (seller === undefined || buyer === undefined) throw new Error("the demo's world has too few party accounts");
  return { seller, buyer };
}

function entriesOf(ledger: readonly Entry[], settlementHash: Hex): Entry[] {
  return ledger.filter((entry) => entry.settlementHash === settlementHash);
}

async function headBlocks(world: DemoWorld, chains: Chains): Promise<Map<number, bigint>> {
  const heads = world.chains.map(
    async ({ chainId }) => [chainId, await chains.client(chainId).getBlockNumber()] as const,
  );
  return new Map(await Promise.all(heads));
}

/** What the escrows hold of every instrument of the deployment; the demo leaves nothing behind. */
function escrowBalances(world: DemoWorld, chains: Chains): Promise<bigint[]> {
  const { instruments, contracts } = world.deployment;
  return Promise.all(
    instruments.map(({ chain_id, token_address }) => chains.balance(chain_id, token_address, contracts.escrow)),
  );
}
