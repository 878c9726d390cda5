// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Asset } from "../types/Asset.sol";
import { Opening, SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { IEscrowBase } from "./IEscrowBase.sol";

/// @title What the escrow's own code holds: the ordinary way in, the lock and every way out
interface IEscrowCore is IEscrowBase {
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
    /// @dev Asks the tokens again whether their recipients may receive, where a deposit or reveal left the escrow unlocked for that.
    function notifyLocked(Terms calldata terms) external payable;

    /// @notice Pays or refunds one leg by the verdict or by local expiry, returns a waived one at any time; on a paid leg retries one owed
    /// fee.
    /// @dev All gas goes to the leg's transfer. A fee is attempted with the floor of 2,000,000 gas before it, or the call reverts.
    function claim(Terms calldata terms, uint256 legIndex) external;

    /// @notice After EXECUTE pays every unpaid leg of this escrow, waived ones to their depositors, untried ones before ones that failed. Skips failures; stops, not
    /// reverts, when gas runs low.
    /// @dev An estimate of gas finds what pays the first leg. To pay them all give some 2,100,000 for each further leg and each of its fees.
    function release(Terms calldata terms) external;

    /// @notice After ROLLBACK, or when not locked by `depositDeadline`, refunds every deposited leg of this escrow.
    function refundExpired(Terms calldata terms) external;

    /// @notice Pays all legs, but waived ones, of a settlement that lies wholly on the coordinator's chain, or reverts. Coordinator only.
    function settle(Terms calldata terms) external;

    /// @notice What follows a report on the coordinator's chain, as a frame of its own. This contract only.
    /// @param whole Whether all legs are on this chain: then verdict and all payouts stand or fall together.
    function followUp(SettlementId settlementId, Terms calldata terms, bool whole) external;

    /// @notice One transfer out, as a frame of its own. This contract only.
    function transferOut(Asset calldata asset, address to, uint256 amount) external;

    /// @notice Stores the verdict of the coordinator. Messenger only. One word, calls nobody.
    function recordVerdict(SettlementId settlementId, Verdict verdict) external;
}
