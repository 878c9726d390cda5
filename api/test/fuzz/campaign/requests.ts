import { randomUUID } from "node:crypto";
import type { CallerKind } from "../../../src/auth/rights.ts";
import { buy, sell } from "../../support/instructions.ts";
import { callOf, type Operation, operations, pathOf } from "../../support/operations.ts";
import type { World } from "../../support/world.ts";
import { type Cast, type Player, scopeTo } from "./cast.ts";
import type { Plan, Which } from "./plans.ts";
import type { Pools } from "./pools.ts";
import { changeBody } from "./values.ts";

/** A plan with ids, keys and tokens of this run. */
export interface Request {
  operation: Operation;
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** The caller's token is good for something. */
  authenticated: boolean;
  /** Null for operators, who may see everything, and for nobody. */
  reader: Player | null;
  /** What is learned goes here. */
  pools: Pools;
  /** The ids of the path. */
  ids: Record<string, string>;
}

const REFERENCES = 6;

/** Makes the plan's request. */
export async function requestOf(world: World, cast: Cast, plan: Plan): Promise<Request> {
  const operation = operations[plan.operation] as Operation;
  const player = cast.players[plan.tenant] as Player;
  const stranger = cast.players[(plan.tenant + 2) % cast.players.length] as Player;
  const kind = kindOf(operation, plan);
  const isAdmin = kind === "admin";
  const pools = isAdmin ? cast.admin.pools : player.pools;
  const ids = idsOf(operation, plan.ids, pools, stranger.pools);
  const headers: Record<string, string> = {};
  const token = tokenOf(cast, player, plan, kind);
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (kind === "user" && operation.about === "environment") Object.assign(headers, scopeTo(player));
  const written = await bodyOf(world, cast, operation, plan, player);
  if (written !== undefined) headers["content-type"] = written.type;
  if (plan.twice && operation.method === "POST") headers["idempotency-key"] = keyIn(written?.text) ?? randomUUID();
  const search = plan.query.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join("&");
  const path = pathOf(operation, ids);
  return {
    operation,
    method: operation.method,
    path: search === "" ? path : `${path}?${search}`,
    headers,
    body: written?.text,
    authenticated: kind !== undefined && plan.who !== "garbage" && plan.who !== "expired",
    reader: isAdmin || token === undefined ? null : player,
    pools,
    ids,
  };
}

/** As a shell takes it, to send the request again while the API of the run is up, or to another with another token. */
export function curlOf(origin: string, { method, path, headers, body }: Request): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const shown = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const data = body === undefined ? [] : [`--data-raw ${quote(body)}`];
  return ["curl", "-i", "-X", method, ...shown, ...data, quote(`${origin}${path}`)].join(" ");
}

function kindOf({ callers }: Operation, { who, kind }: Plan): CallerKind | undefined {
  const all: CallerKind[] = ["m2m", "user", "session", "admin"];
  const allowed = all.filter((each) => callers.has(each));
  const others = all.filter((each) => !callers.has(each));
  if (who === "none") return undefined;
  const from = who === "other" && others.length > 0 ? others : allowed.length > 0 ? allowed : all;
  return from[kind % from.length];
}

function tokenOf(cast: Cast, { tokens }: Player, { who }: Plan, kind: CallerKind | undefined): string | undefined {
  if (who === "expired") return cast.expired;
  if (kind === undefined) return undefined;
  const good = kind === "admin" ? cast.admin.token : tokens[kind];
  return who === "garbage" ? `${good.slice(0, -4)}AAAA` : good;
}

/** The last id first: what it belongs to stands before it. */
function idsOf({ id, path }: Operation, which: Which[], own: Pools, foreign: Pools): Record<string, string> {
  const ids: Record<string, string> = {};
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string);
  for (const [index, name] of names.toReversed().entries()) {
    const plan = which[index] as Which;
    if (plan.how === "odd") {
      const text = plan.text.toWellFormed();
      // Clients resolve such a segment away.
      ids[name] = /^\.{0,2}$/.test(text) ? "x" : text;
      continue;
    }
    if (ids[name] !== undefined || plan.how === "nobody") continue;
    const pools = plan.how === "own" ? own : foreign;
    // Two of three times one in a state that the operation asks for.
    const found = (plan.n % 3 < 2 ? pools.pick(id, plan.n) : undefined) ?? pools.pick(name, plan.n);
    if (found !== undefined) Object.assign(ids, found.within, { [name]: found.id });
  }
  return ids;
}

async function bodyOf(
  world: World,
  cast: Cast,
  operation: Operation,
  { body, tenant }: Plan,
  { side, pools }: Player,
): Promise<{ text: string; type: string } | undefined> {
  if (body.how === "raw") return { text: body.text.toWellFormed(), type: body.type };
  const good = body.how === "generated" ? body.value : await goodBody(world, operation, tenant, body.n, pools);
  if (good === undefined) return undefined;
  const value = body.how === "changed" ? changeBody(good, body.changes, body.drop) : good;
  if (typeof value === "object" && value !== null) {
    const fields = value as Record<string, unknown>;
    // Sides that do not trade with each other never say the same, and nothing is sent to addresses of others.
    if (typeof fields.trade_reference === "string") fields.trade_reference = `${side}-${fields.trade_reference}`;
    if (typeof fields.url === "string" && URL.canParse(fields.url)) fields.url = cast.receiverUrl;
    if (typeof fields.webhook_url === "string" && URL.canParse(fields.webhook_url))
      fields.webhook_url = cast.receiverUrl;
  }
  return { text: JSON.stringify(value), type: "application/json" };
}

/** What is taken. Instructions are one of the two sides of one of a few trades, so that some match. */
async function goodBody(world: World, operation: Operation, tenant: number, n: number, pools: Pools) {
  if (operation.id === "createInstruction") {
    const half = tenant % 2 === 0 ? sell : buy;
    return half({ trade_reference: `${n % REFERENCES}` });
  }
  if (operation.id === "createSession" && n % 3 === 0) {
    const settlement = pools.pick("settlement_id", n)?.id;
    return { scopes: ["settlements:read"], settlement_ids: settlement === undefined ? null : [settlement] };
  }
  return (await callOf(operation, world)).json;
}

/** A key in header and body is one key. */
function keyIn(text: string | undefined): string | undefined {
  try {
    const { idempotency_key: key } = JSON.parse(text ?? "null") ?? {};
    return typeof key === "string" && /^[\x21-\x7e][\x20-\x7e]{0,253}$/.test(key) ? key.trimEnd() : undefined;
  } catch {
    return undefined;
  }
}
