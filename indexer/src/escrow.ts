import { escrowReport, leg, revealedWallet } from "ponder:schema";
import { escrowAbi } from "@keystoneos/protocol/abi";
import { type Fact, listen } from "./listen.ts";
import { verdictAt } from "./names.ts";

listen("escrow", escrowAbi, {
  async LegDeposited(fact) {
    const { args, at } = fact;
    await moveLeg(fact, {
      status: "deposited",
      depositor: args.depositor,
      token: args.token,
      amount: args.amount,
      depositTxHash: at.txHash,
    });
  },

  async LegClaimable(fact) {
    // What failed of a waived leg is its return: waived it stays.
    const { reason } = fact.args;
    await moveLeg(fact, (before) => ({ status: before === "waived" ? before : "claimable", claimableReason: reason }));
  },

  async LegWaived(fact) {
    await moveLeg(fact, { status: "waived", redirectedTo: null });
  },

  async LegReturned(fact) {
    await moveLeg(fact, { status: "waived", claimableReason: null, releaseTxHash: fact.at.txHash });
  },

  async LegRedirected(fact) {
    const { wallet } = fact.args;
    await moveLeg(fact, (before) => ({ status: before, redirectedTo: wallet }));
  },

  async LegReleased(fact) {
    const { args, at } = fact;
    await moveLeg(fact, {
      status: "released",
      recipient: args.recipient,
      claimableReason: null,
      releaseTxHash: at.txHash,
    });
  },

  /** The depositor stays who deposited; a refund to another wallet went where the leg was redirected to. */
  async LegRefunded(fact) {
    await moveLeg(fact, { status: "refunded", claimableReason: null, releaseTxHash: fact.at.txHash });
  },

  async RecipientRevealed({ args, at, db }) {
    const revealed = { wallet: args.wallet, txHash: at.txHash };
    await db
      .insert(revealedWallet)
      .values({ chainId: at.chainId, settlementHash: args.settlementId, partyIndex: args.partyIndex, ...revealed })
      .onConflictDoNothing();
  },

  async LegsLocked({ args, at, db }) {
    await db
      .insert(escrowReport)
      .values({ chainId: at.chainId, settlementHash: args.settlementId, locked: true, verdict: null })
      .onConflictDoUpdate({ locked: true });
  },

  async VerdictReceived({ args, at, db }) {
    const received = verdictAt(args.verdict);
    const verdict = received === "none" ? null : received;
    await db
      .insert(escrowReport)
      .values({ chainId: at.chainId, settlementHash: args.settlementId, locked: false, verdict })
      .onConflictDoUpdate({ verdict });
  },
});

type LegRow = typeof leg.$inferInsert;
type LegChange = Partial<Omit<LegRow, "chainId" | "settlementHash" | "legIndex" | "status">> & Pick<LegRow, "status">;

/** Applies what a log says of a leg, which may depend on how the leg stood before; whatever it does not say stays. */
async function moveLeg(
  { args, at, db }: Fact<{ settlementId: `0x${string}`; legIndex: number }>,
  change: LegChange | ((before: LegRow["status"]) => LegChange),
): Promise<void> {
  const after = (before: LegRow["status"]) => ({
    ...(typeof change === "function" ? change(before) : change),
    blockNumber: at.blockNumber,
    blockHash: at.blockHash,
  });
  await db
    .insert(leg)
    .values({ chainId: at.chainId, settlementHash: args.settlementId, legIndex: args.legIndex, ...after("deposited") })
    .onConflictDoUpdate((row) => after(row.status));
}
