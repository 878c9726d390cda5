// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Opening, SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { ITermsErrors } from "./ITermsErrors.sol";

/// @title The escrow of one chain: lock, release, refund
/// @notice Holds deposits and moves them by the verdict alone. No owner, no admin, no pause, no upgrade.
/// A token leaves only to the committed recipient (less the declared fees), to the declared fee recipients, or back to its depositor.
interface IKeystoneEscrow is ITermsErrors {
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
    /// @notice Emitted when the follow-up of a deposit, reveal, notification or payment failed and left what came before it standing. At
    /// most 256 bytes of the reason.
    event FollowUpFailed(SettlementId indexed settlementId, bytes reason);

    error KeystoneEscrow_NotAuthorized(address caller);
    error KeystoneEscrow_Reentrancy();
    /// @notice Thrown when the leg index is out of range.
    error KeystoneEscrow_UnknownLeg(uint256 legIndex);
    /// @notice Thrown when the leg belongs to another chain's escrow.
    error KeystoneEscrow_WrongChain(uint256 legIndex, uint64 legChainId);
    /// @notice Thrown when `depositDeadline` has come.
    error KeystoneEscrow_DepositDeadlinePassed(uint40 depositDeadline, uint256 now_);
    /// @notice Thrown when the settlement has a verdict, so that nothing more can be deposited.
    error KeystoneEscrow_AlreadyDecided(SettlementId settlementId);
    /// @notice Thrown when another wallet than the committed one deposits, or the secret is wrong.
    error KeystoneEscrow_WrongOpening(uint256 partyIndex, address wallet);
    /// @notice Thrown when a recipient opens to zero, the escrow or the token of a leg it receives.
    error KeystoneEscrow_InvalidRecipient(uint256 partyIndex, address wallet);
    /// @notice Thrown when this escrow has no code for the leg's token standard.
    error KeystoneEscrow_StandardNotSupported(uint8 standard);
    /// @notice Thrown when the token's interfaces contradict the leg's standard.
    error KeystoneEscrow_WrongTokenClass(address token, uint8 standard);
    /// @notice Thrown when the token refuses a transfer: it reverts, answers false, or does not tell its balances.
    error KeystoneEscrow_TransferFailed(address token, bytes reason);
    /// @notice Thrown when the escrow's balance did not rise by exactly the leg's amount.
    error KeystoneEscrow_WrongAmountReceived(uint256 expected, uint256 received);
    /// @notice Thrown when a path to another chain is needed and is not sealed and proved yet.
    error KeystoneEscrow_PathNotOpen();
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
    /// @notice Thrown when the gas left cannot prove that a failing transfer is the token's own fault.
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

    /// @notice What is stored of a settlement on this chain: one slot. Leg masks have one bit per leg index.
    struct Record {
        Verdict verdict;
        bool locked;
        uint16 deposited;
        /// Left the escrow: released or refunded.
        uint16 paid;
        /// A payment was tried in earnest and failed.
        uint16 claimable;
        /// Four bits per leg, lowest first: fees still owed on a paid leg.
        uint64 feesOwed;
        /// Two bits per leg, lowest first: which owed fee `claim` tries first. Moves on when one fails, so that none can starve the others.
        uint32 feeCursor;
    }

    /// @notice Pulls a leg from the caller, who must be the wallet that opens `terms.parties[leg.from]` with `secret`.
    /// A leg that is deposited already is a no-op; its openings still count.
    /// @param openings Further commitments to open on this chain.
    /// @dev Completing the lock reports it: directly on the coordinator's chain, else by message when the value covers the fee.
    /// Needs a token approval. Unused value returns to the caller.
    function depositLeg(Terms calldata terms, uint256 legIndex, bytes32 secret, Opening[] calldata openings)
        external
        payable;

    /// @notice Opens commitments on this chain. Anyone who holds the opening may call. Completes the lock like a deposit.
    function reveal(Terms calldata terms, Opening[] calldata openings) external payable;

    /// @notice Locks if possible, then reports the lock. Repeatable. On the coordinator's chain goes on to verdict and payout.
    function notifyLocked(Terms calldata terms) external payable;

    /// @notice Reports to the coordinator that all legs of this escrow are paid, waived or claimable after EXECUTE. Repeatable.
    function notifyReleased(Terms calldata terms) external payable;

    /// @notice Pays or refunds one leg by the verdict or by local expiry; on a paid leg retries one owed fee.
    /// @dev All gas goes to the leg's transfer. A fee is attempted with the floor of 2,000,000 gas before it, or the call reverts.
    function claim(Terms calldata terms, uint256 legIndex) external;

    /// @notice After EXECUTE pays every unpaid leg of this escrow, untried ones before ones that failed. Skips failures; stops, not
    /// reverts, when gas runs low.
    /// @dev An estimate of gas finds what pays the first leg. To pay them all give some 2,100,000 for each further leg and each of its fees.
    function release(Terms calldata terms) external;

    /// @notice After ROLLBACK, or when not locked by `depositDeadline`, refunds every deposited leg of this escrow.
    function refundExpired(Terms calldata terms) external;

    /// @notice Pays all legs of a settlement that lies wholly on the coordinator's chain, or reverts. Coordinator only.
    function settle(Terms calldata terms) external;

    /// @notice What follows a report on the coordinator's chain, as a frame of its own. This contract only.
    /// @param whole Whether all legs are on this chain: then verdict and all payouts stand or fall together.
    function followUp(SettlementId settlementId, Terms calldata terms, bool whole) external;

    /// @notice One transfer out, as a frame of its own. This contract only.
    function transferOut(address token, address to, uint256 amount) external;

    /// @notice Stores the verdict of the coordinator. Messenger only. One word, calls nobody.
    function recordVerdict(SettlementId settlementId, Verdict verdict) external;

    /// @notice Wei to attach to `notifyLocked` (or the call that completes the lock), zero on the coordinator's chain.
    function quoteLocked(Terms calldata terms, bool carryTerms) external view returns (uint256 fee);

    /// @notice Wei to attach to `notifyReleased`, zero on the coordinator's chain.
    function quoteReleased(Terms calldata terms, bool carryTerms) external view returns (uint256 fee);

    function stateOf(SettlementId settlementId) external view returns (Record memory);

    /// @notice The verdict as this escrow knows it; on the coordinator's chain read from the coordinator.
    function verdictOf(SettlementId settlementId) external view returns (Verdict);

    function legStatus(SettlementId settlementId, uint256 legIndex) external view returns (LegStatus);

    /// @notice The wallet that opened a commitment on this chain; zero while unknown.
    function walletOf(SettlementId settlementId, uint256 partyIndex) external view returns (address);

    /// @notice True once a VERDICT has arrived here, which proves the path. Always true on the coordinator's chain.
    function pathProven() external view returns (bool);
}
