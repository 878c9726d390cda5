// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { SettlementState } from "./SettlementState.model.sol";

/// @title Where traces begin
/// @dev Whole states, so that one trace may end where another begins. A solver that had to walk all the way at once would not return.
abstract contract Traces is SettlementState {
    /// @dev As the constructor leaves it.
    function isBeginning() internal view returns (bool) {
        return !depositsAwaited && isAt(LegStatus.EMPTY, LegStatus.EMPTY, false, false, Verdict.NONE);
    }

    /// @dev Home and far have locked and reported; away has heard of nothing.
    function isLockedButAway() internal view returns (bool) {
        return depositsAwaited && isAt(LegStatus.LOCKED, LegStatus.EMPTY, true, false, Verdict.NONE);
    }

    /// @dev All have locked and reported.
    function isLocked() internal view returns (bool) {
        return depositsAwaited && isAt(LegStatus.LOCKED, LegStatus.LOCKED, true, true, Verdict.NONE);
    }

    /// @dev The verdict is EXECUTE, and has not been sent to anyone.
    function isExecuting() internal view returns (bool) {
        return depositsAwaited && isAt(LegStatus.LOCKED, LegStatus.LOCKED, true, true, Verdict.EXECUTE);
    }

    function isAt(LegStatus homeAndFar, LegStatus away, bool homeAndFarLocked, bool isAwayLocked, Verdict taken)
        internal
        view
        returns (bool)
    {
        bool legs = home0 == homeAndFar && home1 == homeAndFar && far0 == homeAndFar && away0 == away && away1 == away;
        bool locks = homeLocked == homeAndFarLocked && farLocked == homeAndFarLocked && awayLocked == isAwayLocked;
        bool reports = homeReported == homeAndFarLocked && farReported == homeAndFarLocked && awayReported == isAwayLocked
            && farLockedSent == homeAndFarLocked && awayLockedSent == isAwayLocked;
        bool verdicts = verdict == taken && awayRecorded == Verdict.NONE && farRecorded == Verdict.NONE && !awayExecuteSent
            && !awayRollbackSent && !farExecuteSent && !farRollbackSent;
        bool words = !sellerConsents && !buyerConsents && !financierConsents && !vetoed && !calledOff;
        bool clocks =
            homeClock == 1 && awayClock == 1 && farClock == 1 && depositDeadline == 10 && settleDeadline == 20;
        return legs && locks && reports && verdicts && words && clocks;
    }
}
