import type { Deployment } from "@keystoneos/protocol";
import type { Address, Hex } from "viem";

/** What the demo needs of a running world, and nothing else: it could be the local one or a deployment for rehearsals. */
export interface DemoWorld {
  deployment: Deployment;
  /** One per chain of the deployment. */
  chains: readonly { chainId: number; rpcUrl: string }[];
  /** Base of the REST API, `/v1` included. */
  apiUrl: string;
  /** The API's public GraphQL. */
  graphqlUrl: string;
  /** Where client credentials become tokens. */
  issuer: { tokenUrl: string; audience: string };
  /** Two platforms, each with a client and an active environment of its own. */
  clients: readonly [DemoClient, DemoClient];
  /** Unlocked development accounts with ether on every chain, nobody else's: two for each scenario, two more to spare. */
  parties: readonly Address[];
  /** A name on the shipped sanctions list. */
  blockedName: string;
  /** Tells the message worker to misbehave from now on; `{}` ends it. */
  faults(plan: DemoFaults): Promise<void>;
  /** kill -9; the process does not come back by itself. */
  kill(process: "relayer"): Promise<void>;
  /** Starts it again and waits until it is ready. */
  start(process: "relayer"): Promise<void>;
}

export interface DemoClient {
  /** Slug of the platform. */
  platform: string;
  clientId: string;
  clientSecret: string;
}

/** How the message worker shall fail. Each message is treated alike until the plan changes. */
interface DemoFaults {
  /** So many first attempts to deliver each message are lost. */
  drop?: number;
  /** Each message is delivered so many further times. */
  duplicate?: number;
  /** Messages that are on their way together are delivered last first. */
  reorder?: boolean;
}

export type Terminal = "FINALIZED" | "ROLLED_BACK" | "TIMED_OUT";

/** What a scenario found out; a scenario that met a difference says so in `problems`. */
export interface Outcome {
  id: string;
  settlementHash: Hex;
  template: string;
  /** The state at the end, as the chain's facts give it. */
  actual: string;
  legs: { chainId: number; token: Address; amount: string; status: string }[];
  problems: string[];
}

interface DemoTransaction {
  chainId: number;
  hash: Hex;
  kind: string;
  gasUsed: number;
}

/** The content of `.keystone/demo.json`. */
export interface DemoReport {
  ok: boolean;
  startedAt: string;
  durationMs: number;
  chains: { chainId: number; rpcUrl: string; contracts: Record<string, Address> }[];
  apiUrl: string;
  graphqlUrl: string;
  settlements: DemoSettlement[];
}

interface DemoSettlement {
  name: string;
  id: string;
  settlementHash: Hex;
  template: string;
  expected: Terminal;
  actual: string;
  legs: Outcome["legs"];
  transactions: DemoTransaction[];
  durationMs: number;
}

export type Progress = (event: { scenario: string; text: string }) => void;
