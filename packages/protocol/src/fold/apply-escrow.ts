import type { Hex } from "viem";
import { ProtocolError } from "../errors.ts";
import { MAX_FEES_PER_LEG } from "../terms/bounds.ts";
import type { EscrowEvent } from "./events.ts";
import type { ChainWorld, EscrowSettlement, FoldedLeg } from "./world.ts";

/** Takes in one event of the chain's escrow. Changes `chain` in place. */
export function applyEscrowEvent(chain: ChainWorld, event: EscrowEvent): void {
  const escrow = chain.escrows.get(event.args.settlementId) ?? emptyEscrow();
  apply(escrow, event);
  if (event.eventName === "VerdictReceived" || event.eventName === "VerdictIgnored") chain.verdictArrived = true;
  chain.escrows.set(event.args.settlementId, escrow);
}

function apply(escrow: EscrowSettlement, event: EscrowEvent): void {
  switch (event.eventName) {
    case "LegDeposited": {
      const { legIndex, depositor, secret, token, tokenId, amount } = event.args;
      escrow.legs.set(legIndex, {
        status: "deposited",
        depositor,
        secret,
        token,
        tokenId,
        amount,
        waived: false,
        redirectedTo: null,
        claimableReason: null,
        paidTo: null,
        paidAmount: null,
        fees: new Map(),
        feeCursor: 0,
      });
      break;
    }
    case "RecipientRevealed": {
      const { partyIndex, wallet, secret } = event.args;
      escrow.wallets.set(partyIndex, { wallet, secret });
      break;
    }
    case "LegsLocked":
      escrow.locked = true;
      break;
    case "VerdictReceived":
      escrow.verdict = event.args.verdict;
      break;
    case "VerdictIgnored":
      escrow.ignoredVerdicts.push(event.args.verdict);
      break;
    case "LegReleased":
      pay(legAt(escrow, event.args), "released", event.args.recipient, event.args.amount);
      break;
    case "LegRefunded":
      pay(legAt(escrow, event.args), "refunded", event.args.depositor, event.args.amount);
      break;
    case "LegWaived": {
      const leg = legAt(escrow, event.args);
      leg.waived = true;
      leg.redirectedTo = null;
      break;
    }
    case "LegReturned": {
      // A waived leg goes back in full, so its event names no amount.
      const leg = legAt(escrow, event.args);
      pay(leg, "returned", event.args.wallet, leg.amount);
      break;
    }
    case "LegRedirected":
      legAt(escrow, event.args).redirectedTo = event.args.wallet;
      break;
    case "LegClaimable":
      legAt(escrow, event.args).claimableReason = event.args.reason;
      break;
    case "FeePaid": {
      const { feeIndex, recipient, amount } = event.args;
      legAt(escrow, event.args).fees.set(feeIndex, { status: "paid", recipient, amount });
      break;
    }
    case "FeeOwed": {
      const { feeIndex, recipient, amount } = event.args;
      const leg = legAt(escrow, event.args);
      // Owed a second time means that `claim` tried again: the next attempt begins behind it.
      if (leg.fees.get(feeIndex)?.status === "owed") leg.feeCursor = (feeIndex + 1) % MAX_FEES_PER_LEG;
      leg.fees.set(feeIndex, { status: "owed", recipient, amount });
      break;
    }
    case "FollowUpFailed":
      escrow.failedFollowUps.push(event.args.reason);
      break;
    default:
      event satisfies never;
  }
}

function pay(
  leg: FoldedLeg,
  status: "released" | "refunded" | "returned",
  to: FoldedLeg["depositor"],
  amount: bigint,
): void {
  leg.status = status;
  leg.paidTo = to;
  leg.paidAmount = amount;
  leg.claimableReason = null;
}

function legAt(escrow: EscrowSettlement, args: { settlementId: Hex; legIndex: number }): FoldedLeg {
  const leg = escrow.legs.get(args.legIndex);
  if (leg !== undefined) return leg;
  throw new ProtocolError(
    "event_input",
    `no LegDeposited event before another one of leg ${args.legIndex} of ${args.settlementId}: logs are missing`,
  );
}

function emptyEscrow(): EscrowSettlement {
  return {
    verdict: 0,
    locked: false,
    ignoredVerdicts: [],
    legs: new Map(),
    wallets: new Map(),
    failedFollowUps: [],
  };
}
