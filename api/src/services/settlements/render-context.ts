import { type Deployment, REPO_RULESET, RepoState } from "@keystoneos/protocol";
import type { Hex } from "viem";
import type { Caller } from "../../auth/caller.ts";
import type { Heads } from "./finality.ts";
import type { LoadedSettlement } from "./load-settlements.ts";

/** In which a repo's closing waits. */
export const CLOSING_INITIAL_STATE = REPO_RULESET.states[RepoState.AWAITING_MATURITY].name;

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
  return chain.settlement?.state ?? initialState(row);
}

/** The state that a settlement begins in by its own ruleset. */
export function initialState({ settlement_category, template_config }: LoadedSettlement["row"]): string {
  return settlement_category === "repo_close" ? CLOSING_INITIAL_STATE : template_config.initial_state;
}

/** Position of a party's wallet commitment in the terms. */
export function walletIndex(party: { position: number }): number {
  return 2 * party.position + 1;
}
