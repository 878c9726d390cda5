// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { MessageKind } from "../../../contracts/types/Deployment.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { SettlementId, Verdict } from "../../../contracts/types/Terms.sol";
import { Fact } from "./Fact.sol";
import { Rule } from "./Rule.sol";
import { Words } from "./Words.sol";

/// @title Sees every step
/// @notice After every call all settlements are read again and compared with what was read before: a step that no promise allows breaks
/// its rule for good, with the settlement that it happened to. What holds of a single state is asked by the invariants themselves.
abstract contract Watch is Words {
    /// @notice Whether a step broke the rule, and in which settlement it did first.
    mapping(Rule rule => bool) public broken;
    mapping(Rule rule => uint256 trade) public brokenBy;

    /// @notice What this run has reached, one bit each.
    uint256 public facts;

    mapping(uint256 trade => ISettlementCoordinator.Record) internal _seenSettlement;
    mapping(uint256 trade => mapping(uint256 side => IEscrowBase.Record)) internal _seenEscrow;
    mapping(uint256 trade => mapping(uint256 leg => IEscrowBase.LegStatus)) internal _seenLeg;
    mapping(uint256 trade => mapping(uint256 side => bytes32)) private _seenHash;
    /// @dev While the operator makes its own step, or all parties' consent is brought: a rollback needs no other ground.
    bool internal _mayRollBack;
    /// @dev While the one entitled waives a leg.
    bool internal _mayWaive;

    function _break(Rule rule, uint256 trade) internal {
        if (broken[rule]) return;
        broken[rule] = true;
        brokenBy[rule] = trade;
    }

    function _require(bool condition, Rule rule, uint256 trade) internal {
        if (!condition) _break(rule, trade);
    }

    function _reach(bool condition, Fact fact) internal {
        if (condition) facts |= 1 << uint256(fact);
    }

    function _observe() internal {
        for (uint256 side = 0; side < SIDES; ++side) {
            _on(side);
            for (uint256 trade = 0; trade < _terms.length; ++trade) {
                if (side == HOME) _observeSettlement(trade);
                if (_hasLegOn(trade, side)) _observeEscrow(trade, side);
            }
        }
    }

    // ---------------------------------------------------------------- the coordinator's steps

    function _observeSettlement(uint256 trade) private {
        ISettlementCoordinator.Record memory now_ = coordinator.stateOf(_trades[trade].id);
        ISettlementCoordinator.Record memory was = _seenSettlement[trade];
        if (keccak256(abi.encode(now_)) == keccak256(abi.encode(was))) return;

        _require(now_.created || !was.created, Rule.CREATION_IS_KEPT, trade);
        _require(was.lockMask & ~now_.lockMask == 0, Rule.REPORTS_ARE_KEPT, trade);
        _require(was.releaseMask & ~now_.releaseMask == 0, Rule.REPORTS_ARE_KEPT, trade);
        _require(was.verdict == Verdict.NONE || now_.verdict == was.verdict, Rule.VERDICT_IS_FINAL, trade);
        // Before creation the state is 0, which is the initial one of both rulesets.
        _require(_leadsTo(trade, was.state, now_.state), Rule.STATES_FOLLOW_THE_RULESET, trade);
        if (now_.state != 0 && was.state == 0) _judgeParent(trade, now_);
        if (was.verdict == Verdict.NONE && now_.verdict == Verdict.EXECUTE) _judgeExecute(trade, now_);
        if (was.verdict == Verdict.NONE && now_.verdict == Verdict.ROLLBACK) _judgeRollback(trade);
        _judgeReports(trade, was, now_);
        _noteSettlement(trade, now_);
        _seenSettlement[trade] = now_;
    }

    function _noteSettlement(uint256 trade, ISettlementCoordinator.Record memory now_) private {
        bool away = _hasLegOn(trade, AWAY);
        bool home = _hasLegOn(trade, HOME);
        bool execute = now_.verdict == Verdict.EXECUTE;
        _reach(execute && !away, Fact.EXECUTED_ON_ONE_CHAIN);
        _reach(execute && away && home, Fact.EXECUTED_ON_TWO_CHAINS);
        _reach(execute && !home, Fact.EXECUTED_AWAY_ALONE);
        _reach(execute && _terms[trade].parent != 0, Fact.CLOSING_EXECUTED);
        _reach(now_.verdict == Verdict.ROLLBACK, Fact.ROLLED_BACK);
        _reach(now_.verdict == Verdict.ROLLBACK && now_.lockMask != 0, Fact.ROLLED_BACK_AFTER_A_LOCK);
        _reach(now_.kind == StateKind.FINALIZED, Fact.FINALIZED);
    }

    function _judgeExecute(uint256 trade, ISettlementCoordinator.Record memory now_) private {
        _require(_isClear(trade), Rule.EXECUTE_IS_CLEARED, trade);
        _require(clock[HOME] < _terms[trade].settleDeadline, Rule.EXECUTE_IS_IN_TIME, trade);
        for (uint256 side = 0; side < SIDES; ++side) {
            if (!_hasLegOn(trade, side)) continue;
            _require(now_.lockMask & (1 << side) != 0, Rule.EXECUTE_HAS_ALL_LOCKS, trade);
            _require(escrow[side].stateOf(_idOn(trade, side)).locked, Rule.EXECUTE_HAS_ALL_LOCKS, trade);
        }
    }

    function _judgeRollback(uint256 trade) private {
        bool grounded =
            clock[HOME] >= _terms[trade].settleDeadline || _isVetoed(trade) || _mayRollBack;
        _require(grounded, Rule.ROLLBACK_HAS_A_GROUND, trade);
    }

    /// @dev A closing trade leaves its first state only upwards of a finalized opening one, or to end.
    function _judgeParent(uint256 trade, ISettlementCoordinator.Record memory now_) private {
        if (_terms[trade].parent == 0 || now_.kind == StateKind.FAILED) return;
        _require(clock[HOME] >= _terms[trade].notBefore, Rule.CLOSING_FOLLOWS_OPENING, trade);
        StateKind parent = coordinator.stateOf(SettlementId.wrap(_terms[trade].parent)).kind;
        _require(parent == StateKind.FINALIZED, Rule.CLOSING_FOLLOWS_OPENING, trade);
    }

    /// @dev A new report: the escrow of that chain must be as reported.
    function _judgeReports(
        uint256 trade,
        ISettlementCoordinator.Record memory was,
        ISettlementCoordinator.Record memory now_
    ) private {
        for (uint256 side = 0; side < SIDES; ++side) {
            uint256 bit = 1 << side;
            IEscrowBase.Record memory record = escrow[side].stateOf(_idOn(trade, side));
            if (now_.lockMask & ~was.lockMask & bit != 0) {
                _require(record.locked, Rule.LOCK_REPORTS_ARE_TRUE, trade);
                _require(side == HOME || _arrived(trade, MessageKind.LOCKED), Rule.REPORTS_COME_BY_MESSAGE, trade);
            }
            if (now_.releaseMask & ~was.releaseMask & bit != 0) {
                uint256 legs = _legsOn(trade, side);
                bool tried = (record.paid | record.claimable | record.waived) & legs == legs;
                _require(tried && now_.verdict == Verdict.EXECUTE, Rule.RELEASE_REPORTS_ARE_TRUE, trade);
                _require(side == HOME || _arrived(trade, MessageKind.RELEASED), Rule.REPORTS_COME_BY_MESSAGE, trade);
            }
        }
    }

    /// @dev Whether a message of that kind about the settlement was executed at its target.
    function _arrived(uint256 trade, MessageKind kind) private view returns (bool) {
        for (uint256 i = 0; i < _packets.length; ++i) {
            if (_packets[i].executed && _packets[i].kind == kind && _packets[i].trade == trade) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- an escrow's steps

    function _observeEscrow(uint256 trade, uint256 side) private {
        IEscrowBase.Record memory now_ = escrow[side].stateOf(_idOn(trade, side));
        bytes32 hash = keccak256(abi.encode(now_));
        if (hash == _seenHash[trade][side]) return;
        _seenHash[trade][side] = hash;
        IEscrowBase.Record memory was = _seenEscrow[trade][side];

        uint256 newDeposits = now_.deposited & ~was.deposited;
        _require(was.deposited & ~now_.deposited == 0, Rule.DEPOSITS_ARE_KEPT, trade);
        _require(was.paid & ~now_.paid == 0, Rule.PAYMENTS_ARE_KEPT, trade);
        _require(now_.locked || !was.locked, Rule.LOCK_IS_KEPT, trade);
        _require(was.verdict == Verdict.NONE || now_.verdict == was.verdict, Rule.ESCROW_KEEPS_ITS_VERDICT, trade);
        if (side == AWAY && now_.verdict != was.verdict) {
            _require(_arrived(trade, MessageKind.VERDICT), Rule.ESCROW_VERDICT_COMES_BY_MESSAGE, trade);
        }
        _require(now_.paid & ~now_.deposited == 0, Rule.ONLY_DEPOSITS_ARE_PAID, trade);
        if (newDeposits != 0) {
            _require(clock[side] < _terms[trade].depositDeadline, Rule.DEPOSITS_ARE_IN_TIME, trade);
            _require(clock[side] >= _terms[trade].notBefore, Rule.DEPOSITS_ARE_NOT_EARLY, trade);
            _require(was.verdict == Verdict.NONE, Rule.NO_DEPOSIT_AFTER_THE_VERDICT, trade);
        }
        if (now_.locked && !was.locked) _judgeLock(trade, side, was, now_);
        _observeLegs(trade, side, now_);
        _reach(now_.claimable != 0, Fact.CLAIMABLE);
        _reach(now_.feesOwed != 0, Fact.FEE_OWED);
        _seenEscrow[trade][side] = now_;
    }

    function _judgeLock(
        uint256 trade,
        uint256 side,
        IEscrowBase.Record memory was,
        IEscrowBase.Record memory now_
    ) private {
        uint256 legs = _legsOn(trade, side);
        _require(now_.deposited & legs == legs, Rule.LOCK_HAS_ALL_DEPOSITS, trade);
        _require(clock[side] < _terms[trade].depositDeadline, Rule.LOCK_IS_IN_TIME, trade);
        _require(was.verdict == Verdict.NONE, Rule.NO_LOCK_AFTER_THE_VERDICT, trade);
        // Locked, decided and paid in one call: who was paid is the tokens' to tell, for the escrow has forgotten it.
        if (now_.paid & legs == legs) return;
        for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
            if (legs & (1 << i) == 0) continue;
            uint256 to = _terms[trade].legs[i].to;
            _require(
                escrow[side].walletOf(_idOn(trade, side), to) == _walletOf(trade, to), Rule.LOCK_HAS_ALL_RECIPIENTS, trade
            );
        }
    }

    function _observeLegs(uint256 trade, uint256 side, IEscrowBase.Record memory record) private {
        for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
            if (_sideOf(trade, i) != side) continue;
            IEscrowBase.LegStatus was = _seenLeg[trade][i];
            IEscrowBase.LegStatus now_ = escrow[side].legStatus(_idOn(trade, side), i);
            if (was == now_) continue;
            _seenLeg[trade][i] = now_;
            _judgeLegStep(trade, side, was, now_);
            _reach(side == AWAY && now_ == IEscrowBase.LegStatus.LOCKED, Fact.LOCKED_AWAY);
            _reach(side == AWAY && now_ == IEscrowBase.LegStatus.RELEASED, Fact.RELEASED_AWAY);
            _reach(record.locked && now_ == IEscrowBase.LegStatus.REFUNDED, Fact.REFUNDED_AFTER_A_LOCK);
            _reach(!record.locked && now_ == IEscrowBase.LegStatus.REFUNDED, Fact.REFUNDED_BY_EXPIRY);
            _reach(now_ == IEscrowBase.LegStatus.WAIVED, Fact.WAIVED);
            Verdict verdict = coordinator.verdictOf(_trades[trade].id);
            if (now_ == IEscrowBase.LegStatus.RELEASED) {
                _require(record.locked && verdict == Verdict.EXECUTE, Rule.RELEASE_IS_DECIDED, trade);
            }
            if (now_ == IEscrowBase.LegStatus.REFUNDED) {
                bool expired = !record.locked && clock[side] >= _terms[trade].depositDeadline;
                _require(verdict == Verdict.ROLLBACK || expired, Rule.REFUND_IS_DECIDED, trade);
            }
        }
    }

    /// @dev One call may take several steps, each of them forward.
    function _judgeLegStep(uint256 trade, uint256 side, IEscrowBase.LegStatus was, IEscrowBase.LegStatus now_) private {
        if (was == IEscrowBase.LegStatus.LOCKED) {
            _require(now_ > IEscrowBase.LegStatus.LOCKED, Rule.LOCKED_NEVER_UNLOCKS, trade);
        }
        if (was == IEscrowBase.LegStatus.DEPOSITED) {
            _require(now_ != IEscrowBase.LegStatus.EMPTY, Rule.DEPOSITED_NEVER_EMPTIES, trade);
        }
        if (was == IEscrowBase.LegStatus.EMPTY) {
            _require(now_ != IEscrowBase.LegStatus.REFUNDED, Rule.NOTHING_TO_REFUND, trade);
        }
        if (now_ == IEscrowBase.LegStatus.WAIVED) {
            _require(_mayWaive, Rule.WAIVER_IS_THE_RECIPIENTS, trade);
            // A ROLLBACK that is still on its way is not known there, and takes the leg to the same wallet.
            bool open = escrow[side].verdictOf(_idOn(trade, side)) != Verdict.ROLLBACK;
            _require(was == IEscrowBase.LegStatus.LOCKED && open, Rule.WAIVER_IS_OF_A_LOCKED_LEG, trade);
        }
        if (was == IEscrowBase.LegStatus.WAIVED) _break(Rule.WAIVED_IS_FINAL, trade);
        if (was == IEscrowBase.LegStatus.RELEASED) _break(Rule.RELEASED_IS_FINAL, trade);
        if (was == IEscrowBase.LegStatus.REFUNDED) _break(Rule.REFUNDED_IS_FINAL, trade);
    }
}
