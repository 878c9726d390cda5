// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { SettlementState } from "./SettlementState.model.sol";

/// @title The proof: the invariant holds at first and after every step, and where it holds the promise is kept
contract Settlement is SettlementState {
    constructor(uint256 depositDeadline_, uint256 settleDeadline_) {
        depositDeadline = depositDeadline_;
        settleDeadline = settleDeadline_;
        assert(invariant());
    }

    function provePromise() external view {
        require(invariant());
        assert(safe() && endsRightly());
    }

    function proveExecute(bool cleared) external {
        require(invariant());
        execute(cleared);
        assert(invariant());
    }

    function proveAwaitDeposits() external {
        require(invariant());
        awaitDeposits();
        assert(invariant());
    }

    function proveTimeout() external {
        require(invariant());
        timeout();
        assert(invariant());
    }

    function proveConsent(uint8 party) external {
        require(invariant());
        consent(party);
        assert(invariant());
    }

    function proveCancel() external {
        require(invariant());
        cancel();
        assert(invariant());
    }

    function proveFail() external {
        require(invariant());
        fail();
        assert(invariant());
    }

    function proveRejectCompliance() external {
        require(invariant());
        rejectCompliance();
        assert(invariant());
    }

    function proveCallOff() external {
        require(invariant());
        callOff();
        assert(invariant());
    }

    function proveDispatchAway() external {
        require(invariant());
        dispatchAway();
        assert(invariant());
    }

    function proveDispatchFar() external {
        require(invariant());
        dispatchFar();
        assert(invariant());
    }

    function proveRecordLockedAway() external {
        require(invariant());
        recordLockedAway();
        assert(invariant());
    }

    function proveRecordLockedFar() external {
        require(invariant());
        recordLockedFar();
        assert(invariant());
    }

    function proveDepositHome(bool first) external {
        require(invariant());
        depositHome(first);
        assert(invariant());
    }

    function proveLockHome() external {
        require(invariant());
        lockHome();
        assert(invariant());
    }

    function proveReportLockedHome() external {
        require(invariant());
        reportLockedHome();
        assert(invariant());
    }

    function proveClaimHome(bool first) external {
        require(invariant());
        claimHome(first);
        assert(invariant());
    }

    function proveWaiveHome(bool first) external {
        require(invariant());
        waiveHome(first);
        assert(invariant());
    }

    function proveTickHome(uint256 time) external {
        require(invariant());
        tickHome(time);
        assert(invariant());
    }

    function proveDepositAway(bool first) external {
        require(invariant());
        depositAway(first);
        assert(invariant());
    }

    function proveLockAway() external {
        require(invariant());
        lockAway();
        assert(invariant());
    }

    function proveNotifyLockedAway() external {
        require(invariant());
        notifyLockedAway();
        assert(invariant());
    }

    function proveRecordVerdictAway(Verdict said) external {
        require(invariant());
        recordVerdictAway(said);
        assert(invariant());
    }

    function proveClaimAway(bool first) external {
        require(invariant());
        claimAway(first);
        assert(invariant());
    }

    function proveWaiveAway(bool first) external {
        require(invariant());
        waiveAway(first);
        assert(invariant());
    }

    function proveTickAway(uint256 time) external {
        require(invariant());
        tickAway(time);
        assert(invariant());
    }

    function proveDepositFar() external {
        require(invariant());
        depositFar();
        assert(invariant());
    }

    function proveLockFar() external {
        require(invariant());
        lockFar();
        assert(invariant());
    }

    function proveNotifyLockedFar() external {
        require(invariant());
        notifyLockedFar();
        assert(invariant());
    }

    function proveRecordVerdictFar(Verdict said) external {
        require(invariant());
        recordVerdictFar(said);
        assert(invariant());
    }

    function proveClaimFar() external {
        require(invariant());
        claimFar();
        assert(invariant());
    }

    function proveWaiveFar() external {
        require(invariant());
        waiveFar();
        assert(invariant());
    }

    function proveTickFar(uint256 time) external {
        require(invariant());
        tickFar(time);
        assert(invariant());
    }
}
