// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The settlement protocol as a state machine that a solver proves
/// @notice One settlement on three chains: two legs on the coordinator's chain (home), two on another (away), one on a third (far). Every
/// step of every contract is proved, in `Settlement`, with `require(invariant())` before and `assert(invariant())` after: what holds before
/// any step holds after it, hence after any number of them, by anyone, in any order.
/// @dev Messages are facts that never go away, which stands for any order, delay, loss, repetition and replay of them. Each chain has a
/// clock of its own, and nothing is said about how they relate. Plain variables and flat expressions keep the solver quick.
abstract contract SettlementState {
    enum Verdict {
        NONE,
        EXECUTE,
        ROLLBACK
    }

    enum LegStatus {
        EMPTY,
        DEPOSITED,
        LOCKED,
        RELEASED,
        REFUNDED,
        WAIVED
    }

    // The terms, the same on all chains.
    uint256 internal depositDeadline;
    uint256 internal settleDeadline;

    // The coordinator: its verdict, and the bits of its lock mask.
    Verdict internal verdict;
    bool internal depositsAwaited;
    bool internal homeReported;
    bool internal awayReported;
    bool internal farReported;

    // What may end a settlement early: the word of each of three parties, a veto of an attester, and the operator.
    bool internal sellerConsents;
    bool internal buyerConsents;
    bool internal financierConsents;
    bool internal vetoed;
    bool internal calledOff;

    // The escrow of each chain, the verdict that it has recorded (on the coordinator's chain it asks), and its chain's clock.
    LegStatus internal home0;
    LegStatus internal home1;
    bool internal homeLocked;
    uint256 internal homeClock;

    LegStatus internal away0;
    LegStatus internal away1;
    bool internal awayLocked;
    Verdict internal awayRecorded;
    uint256 internal awayClock;

    LegStatus internal far0;
    bool internal farLocked;
    Verdict internal farRecorded;
    uint256 internal farClock;

    // What was ever sent, and may arrive at any time, any number of times.
    bool internal awayLockedSent;
    bool internal farLockedSent;
    bool internal awayExecuteSent;
    bool internal farExecuteSent;
    bool internal awayRollbackSent;
    bool internal farRollbackSent;

    // ---------------------------------------------------------------- promise

    /// @notice Atomicity, for every two legs i and j: RELEASED(i) => j in {LOCKED, RELEASED, WAIVED}, and with it
    /// REFUNDED(i) => j in {EMPTY, DEPOSITED, LOCKED, REFUNDED, WAIVED}.
    function safe() internal view returns (bool) {
        bool released = home0 == LegStatus.RELEASED || home1 == LegStatus.RELEASED || away0 == LegStatus.RELEASED
            || away1 == LegStatus.RELEASED || far0 == LegStatus.RELEASED;
        bool lost = home0 == LegStatus.EMPTY || home0 == LegStatus.DEPOSITED || home0 == LegStatus.REFUNDED
            || home1 == LegStatus.EMPTY || home1 == LegStatus.DEPOSITED || home1 == LegStatus.REFUNDED
            || away0 == LegStatus.EMPTY || away0 == LegStatus.DEPOSITED || away0 == LegStatus.REFUNDED
            || away1 == LegStatus.EMPTY || away1 == LegStatus.DEPOSITED || away1 == LegStatus.REFUNDED
            || far0 == LegStatus.EMPTY || far0 == LegStatus.DEPOSITED || far0 == LegStatus.REFUNDED;
        return !(released && lost);
    }

    /// @notice Nobody ends a settlement for others: before `settleDeadline` it takes the consent of every party, or a veto of an attester
    /// whom all of them named; or the operator, while no deposit was awaited yet.
    function endsRightly() internal view returns (bool) {
        return verdict != Verdict.ROLLBACK || homeClock >= settleDeadline || vetoed
            || (sellerConsents && buyerConsents && financierConsents) || (calledOff && !depositsAwaited);
    }

    // ---------------------------------------------------------------- invariant

    /// @notice What every step keeps: EXECUTE only when every lock was reported; a report only of a lock; a message only of what is so; and
    /// on each chain the legs that go with its lock and its verdict.
    function invariant() internal view returns (bool) {
        return (verdict != Verdict.EXECUTE || (homeReported && awayReported && farReported))
            && endsRightly() && (!calledOff || verdict == Verdict.ROLLBACK)
            && (!homeReported || homeLocked)
            && (home0 == LegStatus.REFUNDED || (LegStatus.DEPOSITED < home0) == homeLocked)
            && (home0 != LegStatus.RELEASED || verdict == Verdict.EXECUTE)
            && (home0 != LegStatus.REFUNDED || verdict == Verdict.ROLLBACK || (!homeLocked && homeClock >= depositDeadline))
            && (home1 == LegStatus.REFUNDED || (LegStatus.DEPOSITED < home1) == homeLocked)
            && (home1 != LegStatus.RELEASED || verdict == Verdict.EXECUTE)
            && (home1 != LegStatus.REFUNDED || verdict == Verdict.ROLLBACK || (!homeLocked && homeClock >= depositDeadline))
            && (!awayReported || awayLockedSent) && (!awayLockedSent || awayLocked)
            && (awayRecorded != Verdict.EXECUTE || awayExecuteSent) && (awayRecorded != Verdict.ROLLBACK || awayRollbackSent)
            && (!awayExecuteSent || verdict == Verdict.EXECUTE) && (!awayRollbackSent || verdict == Verdict.ROLLBACK)
            && (away0 == LegStatus.REFUNDED || (LegStatus.DEPOSITED < away0) == awayLocked)
            && (away0 != LegStatus.RELEASED || awayRecorded == Verdict.EXECUTE)
            && (away0 != LegStatus.REFUNDED || awayRecorded == Verdict.ROLLBACK || (!awayLocked && awayClock >= depositDeadline))
            && (away1 == LegStatus.REFUNDED || (LegStatus.DEPOSITED < away1) == awayLocked)
            && (away1 != LegStatus.RELEASED || awayRecorded == Verdict.EXECUTE)
            && (away1 != LegStatus.REFUNDED || awayRecorded == Verdict.ROLLBACK || (!awayLocked && awayClock >= depositDeadline))
            && (!farReported || farLockedSent) && (!farLockedSent || farLocked)
            && (farRecorded != Verdict.EXECUTE || farExecuteSent) && (farRecorded != Verdict.ROLLBACK || farRollbackSent)
            && (!farExecuteSent || verdict == Verdict.EXECUTE) && (!farRollbackSent || verdict == Verdict.ROLLBACK)
            && (far0 == LegStatus.REFUNDED || (LegStatus.DEPOSITED < far0) == farLocked)
            && (far0 != LegStatus.RELEASED || farRecorded == Verdict.EXECUTE)
            && (far0 != LegStatus.REFUNDED || farRecorded == Verdict.ROLLBACK || (!farLocked && farClock >= depositDeadline));
    }

    // ---------------------------------------------------------------- the coordinator

    /// @dev `cleared` stands for the attesters, who may say anything.
    function execute(bool cleared) internal {
        require(verdict == Verdict.NONE && depositsAwaited && cleared && homeClock < settleDeadline);
        require(homeReported && awayReported && farReported);
        verdict = Verdict.EXECUTE;
    }

    /// @dev An escrow takes deposits whether they are awaited or not: it does not know.
    function awaitDeposits() internal {
        require(verdict == Verdict.NONE);
        depositsAwaited = true;
    }

    function timeout() internal {
        require(verdict == Verdict.NONE && homeClock >= settleDeadline);
        verdict = Verdict.ROLLBACK;
    }

    /// @dev What a party signed; that it ends is left out, which only lets more happen.
    function consent(uint8 party) internal {
        if (party == 0) sellerConsents = true;
        else if (party == 1) buyerConsents = true;
        else financierConsents = true;
    }

    /// @dev At any time before the verdict, whatever is locked.
    function cancel() internal {
        require(verdict == Verdict.NONE && sellerConsents && buyerConsents && financierConsents);
        verdict = Verdict.ROLLBACK;
    }

    function fail() internal {
        vetoed = true;
    }

    function rejectCompliance() internal {
        require(verdict == Verdict.NONE && vetoed);
        verdict = Verdict.ROLLBACK;
    }

    function callOff() internal {
        require(verdict == Verdict.NONE && !depositsAwaited);
        calledOff = true;
        verdict = Verdict.ROLLBACK;
    }

    function dispatchAway() internal {
        require(verdict != Verdict.NONE);
        if (verdict == Verdict.EXECUTE) awayExecuteSent = true;
        else awayRollbackSent = true;
    }

    function dispatchFar() internal {
        require(verdict != Verdict.NONE);
        if (verdict == Verdict.EXECUTE) farExecuteSent = true;
        else farRollbackSent = true;
    }

    /// @dev A message counts for the chain that it came from and for no other.
    function recordLockedAway() internal {
        require(awayLockedSent);
        awayReported = true;
    }

    function recordLockedFar() internal {
        require(farLockedSent);
        farReported = true;
    }

    // ---------------------------------------------------------------- the escrow on the coordinator's chain

    function depositHome(bool first) internal {
        if (first) home0 = deposited(home0, verdict, homeClock);
        else home1 = deposited(home1, verdict, homeClock);
    }

    function lockHome() internal {
        require(home0 != LegStatus.EMPTY && home1 != LegStatus.EMPTY);
        require(verdict == Verdict.NONE && homeClock < depositDeadline);
        homeLocked = true;
        home0 = lockedIn(home0);
        home1 = lockedIn(home1);
    }

    function reportLockedHome() internal {
        require(homeLocked);
        homeReported = true;
    }

    function claimHome(bool first) internal {
        if (first) home0 = paid(home0, verdict, homeClock);
        else home1 = paid(home1, verdict, homeClock);
    }

    function waiveHome(bool first) internal {
        if (first) home0 = waived(home0);
        else home1 = waived(home1);
    }

    function tickHome(uint256 time) internal {
        require(time >= homeClock);
        homeClock = time;
    }

    // ---------------------------------------------------------------- the escrow on another chain

    function depositAway(bool first) internal {
        if (first) away0 = deposited(away0, awayRecorded, awayClock);
        else away1 = deposited(away1, awayRecorded, awayClock);
    }

    function lockAway() internal {
        require(away0 != LegStatus.EMPTY && away1 != LegStatus.EMPTY);
        require(awayRecorded == Verdict.NONE && awayClock < depositDeadline);
        awayLocked = true;
        away0 = lockedIn(away0);
        away1 = lockedIn(away1);
    }

    function notifyLockedAway() internal {
        require(awayLocked);
        awayLockedSent = true;
    }

    function recordVerdictAway(Verdict said) internal {
        require((said == Verdict.EXECUTE && awayExecuteSent) || (said == Verdict.ROLLBACK && awayRollbackSent));
        awayRecorded = heard(awayRecorded, said, awayLocked);
    }

    function claimAway(bool first) internal {
        if (first) away0 = paid(away0, awayRecorded, awayClock);
        else away1 = paid(away1, awayRecorded, awayClock);
    }

    function waiveAway(bool first) internal {
        if (first) away0 = waived(away0);
        else away1 = waived(away1);
    }

    function tickAway(uint256 time) internal {
        require(time >= awayClock);
        awayClock = time;
    }

    // ---------------------------------------------------------------- the escrow on a third chain

    function depositFar() internal {
        far0 = deposited(far0, farRecorded, farClock);
    }

    function lockFar() internal {
        require(far0 != LegStatus.EMPTY && farRecorded == Verdict.NONE && farClock < depositDeadline);
        farLocked = true;
        far0 = lockedIn(far0);
    }

    function notifyLockedFar() internal {
        require(farLocked);
        farLockedSent = true;
    }

    function recordVerdictFar(Verdict said) internal {
        require((said == Verdict.EXECUTE && farExecuteSent) || (said == Verdict.ROLLBACK && farRollbackSent));
        farRecorded = heard(farRecorded, said, farLocked);
    }

    function claimFar() internal {
        far0 = paid(far0, farRecorded, farClock);
    }

    function waiveFar() internal {
        far0 = waived(far0);
    }

    function tickFar(uint256 time) internal {
        require(time >= farClock);
        farClock = time;
    }

    // ---------------------------------------------------------------- what every escrow does

    function deposited(LegStatus leg, Verdict known, uint256 clock) internal view returns (LegStatus) {
        require(leg == LegStatus.EMPTY && known == Verdict.NONE && clock < depositDeadline);
        return LegStatus.DEPOSITED;
    }

    /// @dev An escrow knows that every leg was deposited; that none went back since follows from its clock and its verdict alone.
    function lockedIn(LegStatus leg) internal pure returns (LegStatus) {
        return leg == LegStatus.DEPOSITED ? LegStatus.LOCKED : leg;
    }

    /// @dev A locked leg by the verdict alone; an unlocked one also by local expiry, after which its escrow can never lock any more.
    function paid(LegStatus leg, Verdict known, uint256 clock) internal view returns (LegStatus) {
        bool byVerdict = leg == LegStatus.LOCKED && known != Verdict.NONE;
        bool unlocked = leg == LegStatus.DEPOSITED
            && (known == Verdict.ROLLBACK || (known == Verdict.NONE && clock >= depositDeadline));
        require(byVerdict || unlocked);
        return byVerdict && known == Verdict.EXECUTE ? LegStatus.RELEASED : LegStatus.REFUNDED;
    }

    /// @dev By the leg's recipient, who alone loses by it, and so at any time while the leg is locked and unpaid.
    function waived(LegStatus leg) internal pure returns (LegStatus) {
        require(leg == LegStatus.LOCKED);
        return LegStatus.WAIVED;
    }

    /// @dev The first verdict is stored; a later one is ignored, and so is an EXECUTE where nothing is locked.
    function heard(Verdict known, Verdict said, bool locked) internal pure returns (Verdict) {
        return known != Verdict.NONE || (said == Verdict.EXECUTE && !locked) ? known : said;
    }
}
