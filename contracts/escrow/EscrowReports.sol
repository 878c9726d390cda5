// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { IEscrowCore } from "../interfaces/IEscrowCore.sol";
import { ISettlementCoordinator } from "../interfaces/ISettlementCoordinator.sol";
import { BoundedCall } from "../libraries/BoundedCall.sol";
import { GasFloor } from "../libraries/GasFloor.sol";
import { Reason } from "../libraries/Reason.sol";
import { TermsCall } from "../libraries/TermsCall.sol";
import { MessageKind } from "../types/Deployment.sol";
import { Entry } from "../types/Entry.sol";
import { SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { EscrowState } from "./EscrowState.sol";

/// @title What the escrow tells the coordinator, and what follows from it
/// @notice Directly on the coordinator's chain, by message elsewhere.
abstract contract EscrowReports is EscrowState {
    /// @dev Where the terms lie behind the arguments of `followUp`.
    uint256 private constant FOLLOW_UP_HEAD = 3 * 32;

    /// @dev On the coordinator's chain: verdict and payout, in frames whose failure leaves report and deposit standing.
    function _followUp(Terms calldata terms, SettlementId id) internal {
        bool whole = _isWhole(terms);
        uint256 gasBefore = gasleft();
        if (!whole) {
            (bool advanced, Verdict verdict) = _tryAdvance(terms, id);
            if (!advanced) _bookFollowUp(terms, id, gasBefore, Reason.ofLastCall());
            if (verdict != Verdict.EXECUTE) return;
            gasBefore = gasleft();
        }
        bytes memory head = abi.encodeWithSelector(IEscrowCore.followUp.selector, id, FOLLOW_UP_HEAD, whole);
        bytes memory data = bytes.concat(head, TermsCall.encode(terms));
        (bool ok, bytes memory reason) = BoundedCall.tryCall(address(this), gasleft(), data);
        if (!ok) _bookFollowUp(terms, id, gasBefore, reason);
    }

    /// @dev After EXECUTE on the coordinator's chain: reports once every leg was paid, waived or tried, and takes the step to Finalized. The
    /// coordinator, when it calls, takes it itself. Elsewhere the report is a message (`notifyReleased`).
    function _reportIfTried(Terms calldata terms, SettlementId id) internal {
        if (!_isHome() || !_allTried(terms, id)) return;
        COORDINATOR.reportReleased(id);
        if (msg.sender == address(COORDINATOR)) return;
        (bool advanced,) = _tryAdvance(terms, id);
        if (!advanced) emit FollowUpFailed(id, Reason.ofLastCall());
    }

    /// @dev To a coordinator that has taken a report in this call, and so has code. Its revert data is left where `Reason.ofLastCall` reads.
    function _tryAdvance(Terms calldata terms, SettlementId id) internal returns (bool ok, Verdict verdict) {
        bytes32 word;
        (ok, word,) = LowLevelCall.callReturn64Bytes(
            address(COORDINATOR), TermsCall.encode(ISettlementCoordinator.advanceReported.selector, id, terms)
        );
        if (ok) verdict = Verdict(uint256(word));
    }

    function _allTried(Terms calldata terms, SettlementId id) internal view returns (bool) {
        Entry entry = _entries[id];
        uint256 legs = _localLegs(terms);
        return legs != 0 && (entry.paid() | entry.claimable() | entry.waived()) & legs == legs;
    }

    /// @dev What the value pays for: the message with the terms if it covers that one, and if that one can be priced at all; else the bare
    /// one, which is always enough.
    /// @return sent Whether a message went out.
    /// @return fee What it cost, or would have.
    /// @return reason Why it could not be priced or sent; empty where only the value is missing.
    function _trySend(MessageKind kind, Terms calldata terms, SettlementId id)
        internal
        returns (bool sent, uint256 fee, bytes memory reason)
    {
        bool carryTerms = true;
        (fee, reason) = _tryQuote(kind, terms, carryTerms);
        if (reason.length != 0 || msg.value < fee) {
            carryTerms = false;
            (fee, reason) = _tryQuote(kind, terms, carryTerms);
            if (reason.length != 0 || msg.value < fee) return (false, fee, reason);
        }
        try MESSENGER.sendReport{ value: fee }(kind, id, terms, carryTerms, msg.sender) {
            sent = true;
        } catch (bytes memory reason_) {
            reason = reason_;
        }
    }

    /// @dev Sends or reverts; for calls that are about the message.
    function _send(MessageKind kind, Terms calldata terms, SettlementId id) internal {
        (bool sent, uint256 fee, bytes memory reason) = _trySend(kind, terms, id);
        if (msg.value < fee) revert KeystoneEscrow_InsufficientFee(fee, msg.value);
        if (!sent) Reason.raise(reason);
        _returnValue(msg.value - fee);
    }

    function _quote(MessageKind kind, Terms calldata terms, bool carryTerms) internal view returns (uint256 fee) {
        return _isHome() ? 0 : MESSENGER.quote(COORDINATOR_CHAIN, kind, terms, carryTerms);
    }

    function _returnValue(uint256 amount) internal {
        if (amount == 0) return;
        (bool ok,) = msg.sender.call{ value: amount }("");
        if (!ok) revert KeystoneEscrow_ValueReturnFailed(msg.sender, amount);
    }

    function _bookFollowUp(Terms calldata terms, SettlementId id, uint256 gasBefore, bytes memory reason) private {
        _requireEarnest(gasBefore, GasFloor.ofLegs(terms.legs.length));
        emit FollowUpFailed(id, reason);
    }

    function _tryQuote(MessageKind kind, Terms calldata terms, bool carryTerms)
        private
        view
        returns (uint256 fee, bytes memory reason)
    {
        try MESSENGER.quote(COORDINATOR_CHAIN, kind, terms, carryTerms) returns (uint256 fee_) {
            fee = fee_;
        } catch (bytes memory reason_) {
            reason = reason_;
        }
    }
}
