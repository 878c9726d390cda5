import { parseQuantity } from "@keystoneos/protocol";
import type { Instruction, Settlement } from "./api-shapes.ts";
import { type Context, instrument, type Role, uniqueKey } from "./context.ts";
import { until } from "./wait.ts";

/** One transfer of a trade, as both sides have agreed to it before they instruct. */
export interface Transfer {
  from: Role;
  /** Alias of an instrument of the deployment. */
  alias: string;
  chainId: number;
  /** Whole units. */
  quantity: string;
}

export interface TradeSpec {
  template: string;
  transfers: Transfer[];
  /** From now to `timeout_at`. */
  timeoutSeconds: number;
  /** Lists only what it delivers, and accepts the other side's word on the rest by the settlement's hash. */
  open?: Role;
  buyerName?: string;
  /** Makes it a repo: `maturitySeconds` from now the way back opens, and the seller repays so many whole units. */
  repo?: { maturitySeconds: number; repaymentAmount: string };
}

export const other = (role: Role): Role => (role === "seller" ? "buyer" : "seller");

/** Gives each side the tokens that it will deliver. */
export async function fund(context: Context, transfers: readonly Transfer[]): Promise<void> {
  await Promise.all(
    transfers.map(({ from, alias, chainId, quantity }) => {
      const { token_address, decimals } = instrument(context.world, alias, chainId);
      return context.chains.mint(chainId, token_address, context.wallets[from], parseQuantity(quantity, decimals));
    }),
  );
}

/** Both sides instruct: the seller first, who hands its reference to the buyer. The match is one settlement. */
export async function agree(context: Context, spec: TradeSpec): Promise<Settlement> {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
  const times = {
    timeout_at: inSeconds(spec.timeoutSeconds),
    ...(spec.repo && {
      settlement_category: "repo_open",
      maturity_at: inSeconds(spec.repo.maturitySeconds),
      repayment_amount: spec.repo.repaymentAmount,
    }),
  };
  const first = await instruct(context, spec, "seller", times, null);
  const second = await instruct(context, spec, "buyer", times, first.trade_reference);
  if (second.status !== "matched" || second.settlement_id === null) {
    throw new Error(`the instructions do not match: ${JSON.stringify(second.match_failure)}`);
  }
  context.tell(`matched under ${first.trade_reference}`);
  const settlement = await context.platforms.seller.get<Settlement>(`/settlements/${second.settlement_id}`);
  context.remember(settlement);
  return settlement;
}

function instruct(
  context: Context,
  spec: TradeSpec,
  role: Role,
  times: Record<string, string>,
  reference: string | null,
): Promise<Instruction> {
  const listed = spec.transfers.filter(({ from }) => from === role || spec.open !== role);
  const body = {
    template_slug: spec.template,
    role,
    party: {
      external_reference: `${context.platforms[role].slug}-${context.wallets[role].slice(2, 10).toLowerCase()}`,
      name: role === "seller" ? "Alpine Bond Desk" : (spec.buyerName ?? "Harbour Cash Desk"),
      wallet_address: context.wallets[role],
    },
    legs: listed.map(({ from, alias, chainId, quantity }) => ({
      instrument_id: alias,
      chain_id: chainId,
      quantity,
      direction: from === role ? "deliver" : "receive",
    })),
    ...times,
    trade_reference: reference,
    counterparty_platform_slug: context.platforms[other(role)].slug,
  };
  return context.platforms[role].post("/instructions", body, uniqueKey(`demo-${role}`));
}

/** Waits until the indexed state is one of these; tells every state on the way. */
export async function reach(
  context: Context,
  settlement: Settlement,
  states: readonly string[],
  timeoutMs: number,
): Promise<Settlement> {
  let told = "";
  return until(
    () => `${states.join(" or ")}, now ${told}`,
    timeoutMs,
    async () => {
      const now = await context.platforms.seller.get<Settlement>(`/settlements/${settlement.id}`);
      if (now.state !== told) context.tell(now.state);
      told = now.state;
      return states.includes(now.state) ? now : undefined;
    },
  );
}
