import { randomUUID } from "node:crypto";
import type { DeploymentInstrument } from "@keystoneos/protocol";
import type { Address } from "viem";
import type { Settlement } from "./api-shapes.ts";
import type { Chains } from "./chains.ts";
import type { Facts } from "./facts.ts";
import type { Platform } from "./platform.ts";
import type { DemoWorld, Outcome, Terminal } from "./types.ts";

/** The two sides of a demo trade. */
export type Role = "seller" | "buyer";

/** What a scenario works with. Platforms and wallets are those of the seller and of the buyer. */
export interface Context {
  world: DemoWorld;
  chains: Chains;
  facts: (settlementHash: `0x${string}`) => Promise<Facts>;
  platforms: Record<Role, Platform>;
  wallets: Record<Role, Address>;
  /** Two more wallets, for a trade that runs beside this one. One scenario may use them. */
  spareWallets: Record<Role, Address>;
  tell: (text: string) => void;
  /** Keeps what is known of the settlement, for the report of a scenario that fails later. */
  remember: (settlement: Settlement) => void;
  /** Says that from now on faults of others can do no harm here. Every scenario is quiet at its end. */
  quiet: () => void;
  /** Resolves when all other scenarios are quiet. */
  calm: Promise<unknown>;
}

export interface Scenario {
  name: string;
  /** One line for the reader. */
  title: string;
  expected: Terminal;
  run: (context: Context) => Promise<Outcome>;
}

/** The coordinator's chain and another one. */
export function twoChains(world: DemoWorld): { home: number; away: number } {
  const home = world.deployment.coordinatorChainId;
  const away = world.deployment.chains.find(({ chainId }) => chainId !== home)?.chainId;
  if (away === undefined) throw new Error("the demo needs a deployment on two chains");
  return { home, away };
}

/** The deployment's own entry for an alias on a chain. */
export function instrument(world: DemoWorld, alias: string, chainId: number): DeploymentInstrument {
  const found = world.deployment.instruments.find((entry) => entry.alias === alias && entry.chain_id === chainId);
  if (found === undefined) throw new Error(`the deployment has no ${alias} on chain ${chainId}`);
  return found;
}

/** A key that nobody else uses, with words for the reader of a log. */
export function uniqueKey(words: string): string {
  return `${words}-${randomUUID()}`;
}
