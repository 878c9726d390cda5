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
    await moveLeg(fact, { status: "claimable", claimableReason: fact.args.reason });
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

  async LegRefunded(fact) {
    const { args, at } = fact;
    await moveLeg(fact, {
      status: "refunded",
      depositor: args.depositor,
      claimableReason: null,
      releaseTxHash: at.txHash,
    });
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

type LegChange = Partial<Omit<typeof leg.$inferInsert, "chainId" | "settlementHash" | "legIndex" | "status">> &
  Pick<typeof leg.$inferInsert, "status">;

/** Applies what a log says of a leg; whatever it does not say stays. */
async function moveLeg(
  { args, at, db }: Fact<{ settlementId: `0x${string}`; legIndex: number }>,
  change: LegChange,
): Promise<void> {
  const moved = { ...change, blockNumber: at.blockNumber, blockHash: at.blockHash };
  await db
    .insert(leg)
    .values({ chainId: at.chainId, settlementHash: args.settlementId, legIndex: args.legIndex, ...moved })
    .onConflictDoUpdate(moved);
}
