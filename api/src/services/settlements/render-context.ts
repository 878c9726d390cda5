import type { Deployment } from "@keystoneos/protocol";
import type { Hex } from "viem";
import type { Caller } from "../../auth/caller.ts";
import type { Heads } from "./finality.ts";
import type { LoadedSettlement } from "./load-settlements.ts";

/** Who looks at a settlement: an environment, or an operator of KeyStone, to whom all sides are shown. */
export type Viewer =
  | Pick<Caller, "kind" | "rights" | "environmentId">
  | { kind: "admin"; rights: Caller["rights"]; environmentId: null };

/** For whom a settlement is shown, and with what. */
export interface RenderContext {
  deployment: Deployment;
  caller: Viewer;
  heads: Heads;
  /** Deposit secrets of the caller's own parties by party id; empty wherever they are not to be shown. */
  secrets: ReadonlyMap<string, Hex>;
}

/** Whether a party belongs to the caller's environment; to an operator all are shown as its own. */
export function isOwn(caller: Viewer, party: { environment_id: string }): boolean {
  return caller.kind === "admin" || party.environment_id === caller.environmentId;
}

export function stateOf({ row, chain }: LoadedSettlement): string {
  return chain.settlement?.state ?? row.template_config.initial_state;
}

/** Position of a party's wallet commitment in the terms. */
export function walletIndex(party: { position: number }): number {
  return 2 * party.position + 1;
}
