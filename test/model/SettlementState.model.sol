// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The state of one settlement on two chains, what is promised of it, and what every step keeps
/// @notice One leg on the coordinator's chain (home), two on the other (away).
/// @dev Messages are facts that never go away, which stands for any order, delay, loss, repetition and replay of them. Each chain has a
/// clock of its own, and nothing is said about how the two relate.
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
        REFUNDED
    }

    // The terms, the same on both chains.
    uint40 internal depositDeadline;
    uint40 internal settleDeadline;

    // The coordinator: its verdict, and the bits of its lock mask.
    Verdict internal verdict;
    bool internal homeReported;
    bool internal awayReported;

    // The escrow of each chain, its chain's clock, and off the coordinator's chain the verdict that it has recorded.
    LegStatus internal home;
    bool internal homeLocked;
    uint40 internal homeClock;
    LegStatus internal away0;
    LegStatus internal away1;
    bool internal awayLocked;
    Verdict internal awayRecorded;
    uint40 internal awayClock;

    // What was ever sent, and may arrive at any time, any number of times.
    bool internal lockedSent;
    bool internal executeSent;
    bool internal rollbackSent;

    modifier step() {
        require(invariant());
        _;
        assert(invariant());
    }

    // ---------------------------------------------------------------- the promise

    /// @notice RELEASED(i) implies that every j is LOCKED or RELEASED, and so REFUNDED(i) that none is RELEASED.
    function safe() internal view returns (bool) {
        bool released = home == LegStatus.RELEASED || away0 == LegStatus.RELEASED || away1 == LegStatus.RELEASED;
        bool lost = (home != LegStatus.LOCKED && home != LegStatus.RELEASED)
            || (away0 != LegStatus.LOCKED && away0 != LegStatus.RELEASED)
            || (away1 != LegStatus.LOCKED && away1 != LegStatus.RELEASED);
        return !(released && lost);
    }

    /// @notice EXECUTE only when every lock was reported, a report only of a lock, a message only of what is so, and on each chain the legs
    /// that go with its lock and its verdict.
    function invariant() internal view returns (bool) {
        return (verdict != Verdict.EXECUTE || (homeReported && awayReported)) && (!homeReported || homeLocked)
            && (!awayReported || lockedSent) && (!lockedSent || awayLocked)
            && (!executeSent || verdict == Verdict.EXECUTE) && (!rollbackSent || verdict == Verdict.ROLLBACK)
            && (awayRecorded != Verdict.EXECUTE || executeSent) && (awayRecorded != Verdict.ROLLBACK || rollbackSent)
            && legFits(home, homeLocked, verdict, homeClock) && legFits(away0, awayLocked, awayRecorded, awayClock)
            && legFits(away1, awayLocked, awayRecorded, awayClock);
    }

    function legFits(LegStatus leg, bool locked, Verdict known, uint40 clock) internal view returns (bool) {
        return (leg != LegStatus.RELEASED || (locked && known == Verdict.EXECUTE))
            && (leg != LegStatus.REFUNDED || known == Verdict.ROLLBACK || (!locked && clock >= depositDeadline))
            && (leg == LegStatus.RELEASED || leg == LegStatus.REFUNDED || (leg == LegStatus.LOCKED) == locked);
    }
}
