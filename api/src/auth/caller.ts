import type { CallerKind, Right } from "./rights.ts";

/** Who calls, as far as it holds on every route; all that an admin route knows. */
export interface Actor {
  kind: CallerKind;
  /** As activity rows name it: the OIDC client, the user's `sub`, the session's id. */
  actorId: string;
  rights: ReadonlySet<Right>;
}

/** Who calls a route that is about a whole platform. */
export interface PlatformCaller extends Actor {
  platformId: string;
  platformSlug: string;
  platformStatus: "active" | "suspended";
  /** That of a machine token; null for a user, who is bound to none here. */
  environmentId: string | null;
}

/** Who calls a route that is about one environment. */
export interface Caller extends PlatformCaller {
  environmentId: string;
  /** The only settlements that a session may see; null for all of the environment. */
  settlementIds: readonly string[] | null;
}
