// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { SettlementId, Verdict } from "../types/Terms.sol";
import { ITermsErrors } from "./ITermsErrors.sol";

/// @title What both codes of the escrow speak: its record, its events, its errors
interface IEscrowBase is ITermsErrors {
    /// @notice Emitted when a leg's amount has arrived in full. `secret` opens the commitment `terms.parties[leg.from]` to `depositor`.
    event LegDeposited(
        SettlementId indexed settlementId,
        uint8 indexed legIndex,
        address indexed depositor,
        bytes32 secret,
        address token,
        uint256 tokenId,
        uint256 amount
    );
    /// @notice Emitted when a commitment is opened on this chain, by a deposit or by `reveal`.
    event RecipientRevealed(
        SettlementId indexed settlementId, uint8 indexed partyIndex, address indexed wallet, bytes32 secret
    );
    /// @notice Emitted once, when every leg of this escrow is deposited and every recipient known and able to receive.
    event LegsLocked(SettlementId indexed settlementId);
    /// @notice Emitted once, when the verdict is stored here.
    event VerdictReceived(SettlementId indexed settlementId, Verdict verdict);
    /// @notice Emitted when a later, different verdict arrives. It changes nothing.
    event VerdictIgnored(SettlementId indexed settlementId, Verdict verdict);
    /// @notice Emitted when a leg was paid to its recipient; `amount` is what the recipient got, fees deducted.
    event LegReleased(SettlementId indexed settlementId, uint8 indexed legIndex, address indexed recipient, uint256 amount);
    event FeePaid(
        SettlementId indexed settlementId, uint8 indexed legIndex, uint8 feeIndex, address recipient, uint256 amount
    );
    /// @notice Emitted when a fee could not be paid with its share of gas; `claim` on the leg tries again.
    event FeeOwed(
        SettlementId indexed settlementId, uint8 indexed legIndex, uint8 feeIndex, address recipient, uint256 amount
    );
    /// @notice Emitted when a decided leg could not be paid. It stays owed; anyone may `claim` again. At most 256 bytes of the reason.
    event LegClaimable(SettlementId indexed settlementId, uint8 indexed legIndex, bytes reason);
    event LegRefunded(SettlementId indexed settlementId, uint8 indexed legIndex, address indexed depositor, uint256 amount);
    /// @notice Emitted when a leg's recipient has given it up: the decision.
    event LegWaived(SettlementId indexed settlementId, uint8 indexed legIndex, address indexed recipient);
    /// @notice Emitted when a waived leg was paid, in full: to its depositor, or to the wallet that a redirect put in its place.
    event LegReturned(SettlementId indexed settlementId, uint8 indexed legIndex, address indexed wallet);
    /// @notice Emitted when the one who is owed a leg has named another wallet for it.
    event LegRedirected(SettlementId indexed settlementId, uint8 indexed legIndex, address indexed wallet);
    /// @notice Emitted when the follow-up of a deposit, reveal, notification or payment failed and left what came before it standing. At
    /// most 256 bytes of the reason.
    event FollowUpFailed(SettlementId indexed settlementId, bytes reason);

    error KeystoneEscrow_NotAuthorized(address caller);
    /// @notice Thrown by the extension when it is called at its own address.
    error KeystoneEscrow_NotDelegated();
    /// @notice Thrown when a function of the extension is called before the root has created it on this chain.
    error KeystoneEscrow_ExtensionMissing(address extension);
    /// @notice Thrown when value comes without a call.
    error KeystoneEscrow_ValueNotAccepted();
    error KeystoneEscrow_Reentrancy();
    /// @notice Thrown when the leg index is out of range.
    error KeystoneEscrow_UnknownLeg(uint256 legIndex);
    /// @notice Thrown when the leg belongs to another chain's escrow.
    error KeystoneEscrow_WrongChain(uint256 legIndex, uint64 legChainId);
    /// @notice Thrown when `depositDeadline` has come.
    error KeystoneEscrow_DepositDeadlinePassed(uint40 depositDeadline, uint256 now_);
    /// @notice Thrown when `notBefore` has not come.
    error KeystoneEscrow_NotYetOpen(uint40 notBefore, uint256 now_);
    /// @notice Thrown when the settlement has a verdict, so that nothing more can be deposited.
    error KeystoneEscrow_AlreadyDecided(SettlementId settlementId);
    /// @notice Thrown when another wallet than the committed one deposits, or the secret is wrong.
    error KeystoneEscrow_WrongOpening(uint256 partyIndex, address wallet);
    /// @notice Thrown when a recipient opens to zero, the escrow or the token of a leg it receives, or a leg is redirected to one of them.
    error KeystoneEscrow_InvalidRecipient(uint256 partyIndex, address wallet);
    /// @notice Thrown when a leg of this standard cannot be deposited in this way.
    error KeystoneEscrow_StandardNotSupported(uint8 standard);
    /// @notice Thrown when the token's interfaces contradict the leg's standard.
    error KeystoneEscrow_WrongTokenClass(address token, uint8 standard);
    /// @notice Thrown when the token refuses a transfer: it reverts, answers false, or does not tell its balances.
    error KeystoneEscrow_TransferFailed(address token, bytes reason);
    /// @notice Thrown when the escrow's balance did not rise by exactly the leg's amount.
    error KeystoneEscrow_WrongAmountReceived(uint256 expected, uint256 received);
    /// @notice Thrown when a path to another chain is needed and is not sealed and proved yet.
    error KeystoneEscrow_PathNotOpen();
    /// @notice Thrown when the token would not let the leg's recipient receive it, which is all that keeps the escrow from locking.
    error KeystoneEscrow_RecipientNotEligible(uint256 legIndex, address wallet);
    /// @notice Thrown when not all legs of this escrow are locked.
    error KeystoneEscrow_NotLocked(SettlementId settlementId);
    /// @notice Thrown when neither a verdict nor an expired deposit lets this leg move.
    error KeystoneEscrow_NotDecided(SettlementId settlementId);
    /// @notice Thrown when `release` or `notifyReleased` is called where deposits go back, or `refundExpired` on an execute. The verdict is
    /// NONE where they go back because the lock was never made.
    error KeystoneEscrow_OtherVerdict(SettlementId settlementId, Verdict verdict);
    /// @notice Thrown when some leg has neither been paid nor tried.
    error KeystoneEscrow_NotReleased(SettlementId settlementId);
    /// @notice Thrown when nothing was deposited for the leg.
    error KeystoneEscrow_NotDeposited(SettlementId settlementId, uint256 legIndex);
    /// @notice Thrown when the leg has left the escrow.
    error KeystoneEscrow_AlreadyPaid(SettlementId settlementId, uint256 legIndex);
    /// @notice Thrown when another than the one entitled waives or redirects a leg.
    error KeystoneEscrow_NotEntitled(uint256 legIndex, address caller);
    error KeystoneEscrow_SignatureExpired(uint40 validUntil, uint256 now_);
    /// @notice Thrown when a signature is not that of `signer`; zero where no attester stands at its position.
    error KeystoneEscrow_InvalidSignature(address signer);
    error KeystoneEscrow_TooFewAttesters(uint256 required, uint256 given);
    /// @notice Thrown when the gas left cannot prove that a failing transfer or an unfavourable answer is the token's own fault.
    error KeystoneEscrow_InsufficientGas(uint256 required, uint256 left);
    /// @notice Thrown when the value does not pay for the message.
    error KeystoneEscrow_InsufficientFee(uint256 required, uint256 sent);
    /// @notice Thrown when unused value cannot be returned to the caller.
    error KeystoneEscrow_ValueReturnFailed(address caller, uint256 amount);
    /// @notice Thrown when a leg or fee of a settlement that lies wholly on the coordinator's chain cannot be paid, so that the verdict falls
    /// with it.
    error KeystoneEscrow_PayoutFailed(uint256 legIndex, bytes reason);

    enum LegStatus {
        EMPTY,
        DEPOSITED,
        LOCKED,
        RELEASED,
        REFUNDED,
        WAIVED
    }

    /// @notice What is stored of a settlement on this chain, beside its wallets. Leg masks have one bit per leg index.
    struct Record {
        Verdict verdict;
        bool locked;
        uint16 deposited;
        /// Left the escrow: released, refunded or returned.
        uint16 paid;
        /// A payment was tried in earnest and failed.
        uint16 claimable;
        /// Given up by the recipient: returned, or to be.
        uint16 waived;
        /// Four bits per leg, lowest first: fees still owed on a paid leg.
        uint64 feesOwed;
        /// Two bits per leg, lowest first: which owed fee `claim` tries first. Moves on when one fails, so that none can starve the others.
        uint32 feeCursor;
    }
}
