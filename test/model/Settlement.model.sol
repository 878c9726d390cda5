// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { SettlementState } from "./SettlementState.model.sol";

/// @title The settlement protocol as a state machine that a solver proves
/// @notice Every step of every contract is a function with `require(invariant())` before and `assert(invariant())` after: what holds before
/// any step holds after it, hence after any number of them, by anyone, in any order.
contract Settlement is SettlementState {
    constructor(uint40 depositDeadline_, uint40 settleDeadline_) {
        depositDeadline = depositDeadline_;
        settleDeadline = settleDeadline_;
        assert(invariant());
    }

    /// @notice Where the invariant holds the promise is kept.
    function promiseHolds() external view {
        require(invariant());
        assert(safe());
    }

    // ---------------------------------------------------------------- the coordinator

    /// @dev `cleared` stands for the attesters, who may say anything.
    function execute(bool cleared) external step {
        require(verdict == Verdict.NONE && cleared && homeClock < settleDeadline && homeReported && awayReported);
        verdict = Verdict.EXECUTE;
    }

    /// @dev By timeout, a failed compliance check or the operator: at any time before the verdict.
    function rollback() external step {
        require(verdict == Verdict.NONE);
        verdict = Verdict.ROLLBACK;
    }

    function dispatch() external step {
        require(verdict != Verdict.NONE);
        if (verdict == Verdict.EXECUTE) executeSent = true;
        else rollbackSent = true;
    }

    /// @dev A report counts for the chain that it came from and for no other.
    function recordLocked() external step {
        require(lockedSent);
        awayReported = true;
    }

    // ---------------------------------------------------------------- the escrow on the coordinator's chain

    function depositHome() external step {
        require(home == LegStatus.EMPTY && verdict == Verdict.NONE && homeClock < depositDeadline);
        home = LegStatus.DEPOSITED;
    }

    function lockHome() external step {
        require(home == LegStatus.DEPOSITED && verdict == Verdict.NONE && homeClock < depositDeadline);
        home = LegStatus.LOCKED;
        homeLocked = true;
    }

    function reportLocked() external step {
        require(homeLocked);
        homeReported = true;
    }

    function claimHome() external step {
        home = paid(home, verdict, homeClock);
    }

    function tickHome(uint40 time) external step {
        require(time >= homeClock);
        homeClock = time;
    }

    // ---------------------------------------------------------------- the escrow on the other chain

    function depositAway(bool first) external step {
        require((first ? away0 : away1) == LegStatus.EMPTY);
        require(awayRecorded == Verdict.NONE && awayClock < depositDeadline);
        if (first) away0 = LegStatus.DEPOSITED;
        else away1 = LegStatus.DEPOSITED;
    }

    function lockAway() external step {
        require(away0 == LegStatus.DEPOSITED && away1 == LegStatus.DEPOSITED);
        require(awayRecorded == Verdict.NONE && awayClock < depositDeadline);
        away0 = LegStatus.LOCKED;
        away1 = LegStatus.LOCKED;
        awayLocked = true;
    }

    function notifyLocked() external step {
        require(awayLocked);
        lockedSent = true;
    }

    /// @dev The first verdict to arrive is stored; a later one is ignored, and so is an EXECUTE where nothing is locked.
    function recordVerdict(bool executes) external step {
        require(executes ? executeSent : rollbackSent);
        if (awayRecorded != Verdict.NONE || (executes && !awayLocked)) return;
        awayRecorded = executes ? Verdict.EXECUTE : Verdict.ROLLBACK;
    }

    function claimAway(bool first) external step {
        if (first) away0 = paid(away0, awayRecorded, awayClock);
        else away1 = paid(away1, awayRecorded, awayClock);
    }

    function tickAway(uint40 time) external step {
        require(time >= awayClock);
        awayClock = time;
    }

    // ---------------------------------------------------------------- what every escrow does

    /// @dev A locked leg moves by the verdict alone; an unlocked one also by local expiry, after which its escrow can never lock any more.
    function paid(LegStatus leg, Verdict known, uint40 clock) internal view returns (LegStatus) {
        if (leg == LegStatus.LOCKED) {
            require(known != Verdict.NONE);
            return known == Verdict.EXECUTE ? LegStatus.RELEASED : LegStatus.REFUNDED;
        }
        require(leg == LegStatus.DEPOSITED);
        require(known == Verdict.ROLLBACK || (known == Verdict.NONE && clock >= depositDeadline));
        return LegStatus.REFUNDED;
    }
}
