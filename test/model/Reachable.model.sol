// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "./Traces.model.sol";

/// @title That every step can happen: each trace reaches its end, so the solver must call its last line a violation
contract Reachable is Traces {
    function homeAndFarLock() external {
        require(isBeginning());
        awaitDeposits();
        depositHome(true);
        depositHome(false);
        depositFar();
        lockHome();
        lockFar();
        reportLockedHome();
        notifyLockedFar();
        recordLockedFar();
        assert(!isLockedButAway());
    }

    function awayLocks() external {
        require(isLockedButAway());
        depositAway(true);
        depositAway(false);
        lockAway();
        notifyLockedAway();
        recordLockedAway();
        assert(!isLocked());
    }

    function theVerdictIsTaken() external {
        require(isLocked());
        execute(true);
        assert(!isExecuting());
    }

    function everyLegIsReleasedAtHome() external {
        require(isExecuting());
        claimHome(true);
        claimHome(false);
        assert(home0 != LegStatus.RELEASED || home1 != LegStatus.RELEASED);
    }

    function everyLegIsReleasedElsewhere() external {
        require(isExecuting());
        dispatchAway();
        dispatchFar();
        recordVerdictAway(Verdict.EXECUTE);
        recordVerdictFar(Verdict.EXECUTE);
        claimAway(true);
        claimAway(false);
        claimFar();
        assert(away0 != LegStatus.RELEASED || away1 != LegStatus.RELEASED || far0 != LegStatus.RELEASED);
    }

    function everyLegIsRefundedByConsent() external {
        require(isLocked());
        consent(0);
        consent(1);
        consent(2);
        cancel();
        dispatchAway();
        recordVerdictAway(Verdict.ROLLBACK);
        claimHome(true);
        claimAway(false);
        assert(home0 != LegStatus.REFUNDED || away1 != LegStatus.REFUNDED);
    }

    function anEndIsTimedOut() external {
        require(isLocked());
        tickHome(20);
        timeout();
        assert(verdict != Verdict.ROLLBACK);
    }

    function anEndIsAVeto() external {
        require(isLocked());
        fail();
        rejectCompliance();
        assert(verdict != Verdict.ROLLBACK);
    }

    function anEndIsTheOperators() external {
        require(isBeginning());
        depositFar();
        callOff();
        assert(verdict != Verdict.ROLLBACK);
    }

    function everyDepositExpiresByItself() external {
        require(isBeginning());
        depositHome(true);
        depositAway(false);
        depositFar();
        tickHome(10);
        tickAway(11);
        tickFar(12);
        claimHome(true);
        claimAway(false);
        claimFar();
        assert(home0 != LegStatus.REFUNDED || away1 != LegStatus.REFUNDED || far0 != LegStatus.REFUNDED);
    }

    function someLegsAreWaivedAndOthersReleased() external {
        require(isLocked());
        waiveHome(true);
        execute(true);
        waiveAway(false);
        waiveFar();
        claimHome(false);
        assert(home0 != LegStatus.WAIVED || away1 != LegStatus.WAIVED || far0 != LegStatus.WAIVED
            || home1 != LegStatus.RELEASED);
    }
}
