import type { Terms } from "@keystoneos/protocol";
import { escrowAbi } from "@keystoneos/protocol/abi";
import { checkAgreement } from "../agreement.ts";
import type { Settlement } from "../api-shapes.ts";
import { compareBalances, readBalances, watch } from "../balances.ts";
import { ESCROW_GAS } from "../chains.ts";
import { type Context, type Scenario, twoChains } from "../context.ts";
import { depositLegs, readDepositInfo } from "../deposit.ts";
import { conclude } from "../outcome.ts";
import { agree, fund, reach, type TradeSpec, type Transfer } from "../trade.ts";
import { until } from "../wait.ts";

/** Long enough to screen, deposit and lock before the deposits close on a busy machine; short enough to watch. */
const TIMEOUT_SECONDS = 45;

export const timedOut: Scenario = {
  name: "timed-out",
  title: "the bond is locked on the other chain, the buyer never pays",
  expected: "TIMED_OUT",
  run: async (context) => {
    const { home, away } = twoChains(context.world);
    const transfers: Transfer[] = [
      { from: "seller", alias: "KBOND", chainId: away, quantity: "75" },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: "74000" },
    ];
    const spec: TradeSpec = { template: "dvp-cross-chain", transfers, timeoutSeconds: TIMEOUT_SECONDS };
    await fund(context, transfers);
    const watched = watch(context, transfers);
    const before = await readBalances(context, watched);

    const matched = await agree(context, spec);
    const terms = checkAgreement(context, matched, spec);
    const cleared = await reach(context, matched, ["AWAITING_DEPOSITS"], 30_000);
    await Promise.all([depositLegs(context, cleared, terms, "seller"), revealBuyer(context, cleared, home)]);
    await locked(context, cleared, away);
    context.quiet();
    const early = await claimFails(context, terms, away);

    await reach(context, cleared, ["FINALIZED", "ROLLED_BACK", "TIMED_OUT"], (TIMEOUT_SECONDS + 30) * 1_000);
    const bond = terms.legs.findIndex(({ chainId }) => Number(chainId) === away);
    const { outcome, facts } = await conclude(context, cleared, "TIMED_OUT", (leg) =>
      leg === bond ? "refunded" : "pending",
    );
    if (!early) outcome.problems.push("the locked bond could be claimed before the verdict");
    const freed = facts.messages.some(
      ({ kind, targetChainId, receivedTxHash }) =>
        kind === "VERDICT" && Number(targetChainId) === away && receivedTxHash !== null,
    );
    if (!freed) outcome.problems.push("no VERDICT message freed the bond");
    const after = await readBalances(context, watched);
    outcome.problems.push(
      ...compareBalances(
        watched,
        before,
        after,
        watched.map(() => 0n),
      ),
    );
    return outcome;
  },
};

/** The bond can only be locked when its recipient is known there: the buyer's opening, which anyone may send. */
async function revealBuyer(context: Context, settlement: Settlement, home: number): Promise<void> {
  const payment = settlement.legs.find(({ chain_id }) => chain_id === home);
  if (payment === undefined) throw new Error("the settlement has no payment leg");
  const { reveal } = await readDepositInfo(context, settlement, "buyer", payment.leg_index);
  if (reveal === null) throw new Error("the buyer's deposit info holds no opening for the other chain");
  const call = { from: context.wallets.buyer, to: reveal.escrow_address, data: reveal.calldata, gas: ESCROW_GAS };
  await context.chains.send(reveal.chain_id, call);
  context.tell(`buyer revealed on chain ${reveal.chain_id}`);
}

async function locked(context: Context, settlement: Settlement, chainId: number): Promise<void> {
  await until(
    () => `the lock on chain ${chainId} and its report at the coordinator`,
    30_000,
    async () => {
      const { chains } = await context.facts(settlement.settlement_hash);
      const here = chains.find((entry) => Number(entry.chainId) === chainId);
      return (here?.locked === true && here.lockReported) || undefined;
    },
  );
  context.tell(`locked on chain ${chainId}; now nobody but the coordinator can free it`);
}

/** Whether the escrow refuses to pay the locked bond back, as it must while there is no verdict. */
async function claimFails(context: Context, terms: Terms, chainId: number): Promise<boolean> {
  const legIndex = terms.legs.findIndex((leg) => Number(leg.chainId) === chainId);
  const call = { address: context.world.deployment.contracts.escrow, abi: escrowAbi, functionName: "claim" } as const;
  return context.chains
    .client(chainId)
    .simulateContract({ ...call, args: [terms, BigInt(legIndex)], account: context.wallets.seller })
    .then(
      () => false,
      (error: unknown) => String(error).includes("KeystoneEscrow_NotDecided"),
    );
}
