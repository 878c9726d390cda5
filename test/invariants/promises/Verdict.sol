// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { Verdict } from "../../../contracts/types/Terms.sol";
import { Rule } from "../world/Rule.sol";
import { Campaign } from "./Campaign.sol";

/// @title Promise 3: one verdict; and the steps that no settlement takes
abstract contract VerdictInvariants is Campaign {
    /// @notice A verdict that was taken stays.
    function invariant_verdictIsFinal() public view {
        _keeps(Rule.VERDICT_IS_FINAL);
    }

    /// @notice What an escrow has stored stays.
    function invariant_escrowKeepsItsVerdict() public view {
        _keeps(Rule.ESCROW_KEEPS_ITS_VERDICT);
    }

    /// @notice No escrow knows another verdict than the coordinator's.
    function invariant_escrowsKnowNoOtherVerdict() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            Verdict verdict = world.settlementOf(trade).verdict;
            for (uint256 side = 0; side < SIDES; ++side) {
                Verdict known = world.escrowOf(trade, side).verdict;
                if (known != Verdict.NONE && known != verdict) revert Holds("another verdict", trade, side);
            }
        }
    }

    /// @notice Executing and Finalized mean EXECUTE, Failed means ROLLBACK, every other state means that none was taken; only an id that
    /// was never created has a verdict without a state.
    function invariant_stateAndVerdictAgree() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            ISettlementCoordinator.Record memory record = world.settlementOf(trade);
            Verdict meant = Verdict.NONE;
            if (record.kind == StateKind.EXECUTING || record.kind == StateKind.FINALIZED) meant = Verdict.EXECUTE;
            if (record.kind == StateKind.FAILED) meant = Verdict.ROLLBACK;
            bool orphan = !record.created && record.verdict == Verdict.ROLLBACK && meant == Verdict.NONE;
            if (record.verdict != meant && !orphan) revert Holds("state without its verdict", trade, record.state);
        }
    }

    /// @notice A settlement's state moves along the edges of its ruleset and never back; what has ended stays ended.
    function invariant_statesFollowTheRuleset() public view {
        _keeps(Rule.STATES_FOLLOW_THE_RULESET);
    }

    /// @notice Created once, created for good.
    function invariant_creationIsKept() public view {
        _keeps(Rule.CREATION_IS_KEPT);
    }

    /// @notice A lock or release that was reported stays reported.
    function invariant_reportsAreKept() public view {
        _keeps(Rule.REPORTS_ARE_KEPT);
    }

    /// @notice What is already so is a no-op, never a revert.
    function invariant_whatIsSoIsNoFault() public view {
        _keeps(Rule.WHAT_IS_SO_IS_NO_FAULT);
    }

    function _verdict() internal view {
        invariant_verdictIsFinal();
        invariant_escrowKeepsItsVerdict();
        invariant_escrowsKnowNoOtherVerdict();
        invariant_stateAndVerdictAgree();
        invariant_statesFollowTheRuleset();
        invariant_creationIsKept();
        invariant_reportsAreKept();
        invariant_whatIsSoIsNoFault();
    }
}
