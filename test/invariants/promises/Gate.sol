// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { Rule } from "../world/Rule.sol";
import { Campaign } from "./Campaign.sol";

/// @title Promise 4: the gates
abstract contract GateInvariants is Campaign {
    /// @notice EXECUTE is taken only while every party is cleared, by what the attesters have said.
    function invariant_executeIsCleared() public view {
        _keeps(Rule.EXECUTE_IS_CLEARED);
    }

    /// @notice EXECUTE is taken only when every escrow of the terms has locked and reported.
    function invariant_executeHasAllLocks() public view {
        _keeps(Rule.EXECUTE_HAS_ALL_LOCKS);
    }

    /// @notice EXECUTE is taken only before `settleDeadline`.
    function invariant_executeIsInTime() public view {
        _keeps(Rule.EXECUTE_IS_IN_TIME);
    }

    /// @notice ROLLBACK is taken only at `settleDeadline`, on a named attester's veto, by everybody's consent, or by the operator before
    /// deposits are awaited.
    function invariant_rollbackHasAGround() public view {
        _keeps(Rule.ROLLBACK_HAS_A_GROUND);
    }

    /// @notice A lock is reported only of an escrow that has locked; one of the other chain only by its message.
    function invariant_lockReportsAreTrue() public view {
        _keeps(Rule.LOCK_REPORTS_ARE_TRUE);
        _keeps(Rule.REPORTS_COME_BY_MESSAGE);
    }

    /// @notice A release is reported only after EXECUTE, of an escrow that has paid or tried every leg.
    function invariant_releaseReportsAreTrue() public view {
        _keeps(Rule.RELEASE_REPORTS_ARE_TRUE);
    }

    /// @notice Finalized means that every escrow of the terms has reported its release.
    function invariant_finalizedIsReported() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            ISettlementCoordinator.Record memory record = world.settlementOf(trade);
            if (record.kind != StateKind.FINALIZED) continue;
            uint8 sides = world.sidesOf(trade);
            if (record.releaseMask & sides != sides) revert Holds("finalized too early", trade, record.releaseMask);
        }
    }

    /// @notice The closing trade of a repo begins only at `notBefore`, and when its opening one is finalized.
    function invariant_closingFollowsOpening() public view {
        _keeps(Rule.CLOSING_FOLLOWS_OPENING);
    }

    /// @notice A lock has all deposits and all recipients of its chain.
    function invariant_lockIsComplete() public view {
        _keeps(Rule.LOCK_HAS_ALL_DEPOSITS);
        _keeps(Rule.LOCK_HAS_ALL_RECIPIENTS);
    }

    /// @notice A lock is made only before `depositDeadline`, and before a verdict is known.
    function invariant_lockIsInTime() public view {
        _keeps(Rule.LOCK_IS_IN_TIME);
        _keeps(Rule.NO_LOCK_AFTER_THE_VERDICT);
    }

    /// @notice A deposit is taken only before `depositDeadline`, from `notBefore` on, and before a verdict is known.
    function invariant_depositsAreInTime() public view {
        _keeps(Rule.DEPOSITS_ARE_IN_TIME);
        _keeps(Rule.DEPOSITS_ARE_NOT_EARLY);
        _keeps(Rule.NO_DEPOSIT_AFTER_THE_VERDICT);
    }

    function _gate() internal view {
        invariant_executeIsCleared();
        invariant_executeHasAllLocks();
        invariant_executeIsInTime();
        invariant_rollbackHasAGround();
        invariant_lockReportsAreTrue();
        invariant_releaseReportsAreTrue();
        invariant_finalizedIsReported();
        invariant_closingFollowsOpening();
        invariant_lockIsComplete();
        invariant_lockIsInTime();
        invariant_depositsAreInTime();
    }
}
