import type { Terms } from "@keystoneos/protocol";
import type { Address } from "viem";
import { checkAgreement } from "../agreement.ts";
import type { Settlement } from "../api-shapes.ts";
import { compareBalances, expectedChanges, readBalances, type Watched, watch } from "../balances.ts";
import type { Context } from "../context.ts";
import { depositLegs } from "../deposit.ts";
import { conclude } from "../outcome.ts";
import { agree, fund, reach, type TradeSpec, type Transfer } from "../trade.ts";
import type { Outcome } from "../types.ts";

export interface Delivery {
  spec: TradeSpec;
  /** Further accounts whose balances must come out right. */
  alsoWatch?: Watched[];
  feeOf?: (transfer: Transfer, amount: bigint) => { recipient: Address; fee: bigint } | undefined;
  /** Done while the parties are being screened. */
  afterMatch?: ((matched: Settlement) => Promise<unknown>) | undefined;
  /** How both sides deposit; by default at the same time. */
  deposits?: (settlement: Settlement, terms: Terms) => Promise<unknown>;
}

/** A trade in which both sides do what they have agreed to: every leg must arrive, and every balance come out to the unit. */
export async function deliver(
  context: Context,
  { spec, alsoWatch = [], feeOf, afterMatch, deposits }: Delivery,
): Promise<Outcome> {
  await fund(context, spec.transfers);
  const watched = [...watch(context, spec.transfers), ...alsoWatch];
  const before = await readBalances(context, watched);

  const matched = await agree(context, spec);
  const terms = checkAgreement(context, matched, spec);
  await afterMatch?.(matched);
  const cleared = await reach(context, matched, ["AWAITING_DEPOSITS"], 60_000);
  if (deposits === undefined) {
    await Promise.all([depositLegs(context, cleared, terms, "seller"), depositLegs(context, cleared, terms, "buyer")]);
  } else {
    await deposits(cleared, terms);
  }
  await reach(context, cleared, ["FINALIZED", "ROLLED_BACK", "TIMED_OUT"], 90_000);
  const { outcome } = await conclude(context, cleared, "FINALIZED", () => "released");

  const after = await readBalances(context, watched);
  outcome.problems.push(
    ...compareBalances(watched, before, after, expectedChanges(context, watched, spec.transfers, feeOf)),
  );
  return outcome;
}
