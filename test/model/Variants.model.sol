// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { SettlementState } from "./SettlementState.model.sol";

// Each contract is the step that a careless design, a bad key or a broken assumption would add. The solver must refute it.

contract RefundByOwnClockAfterTheLock is SettlementState {
    function refund() external step {
        require(away0 == LegStatus.LOCKED && awayClock >= settleDeadline);
        away0 = LegStatus.REFUNDED;
    }
}

contract VerdictReversed is SettlementState {
    function reverse() external step {
        require(verdict == Verdict.EXECUTE);
        verdict = Verdict.ROLLBACK;
    }
}

contract WithdrawalAfterTheLock is SettlementState {
    function withdraw() external step {
        require(home == LegStatus.LOCKED);
        home = LegStatus.EMPTY;
    }
}

contract RefundByAnAdmin is SettlementState {
    function refund() external step {
        require(home == LegStatus.LOCKED);
        home = LegStatus.REFUNDED;
    }
}

/// @dev The other chain forgets the lock that the coordinator has counted already.
contract ReorgOfACountedLock is SettlementState {
    function reorg() external step {
        require(awayReported && away0 == LegStatus.LOCKED && away1 == LegStatus.LOCKED);
        awayLocked = false;
        lockedSent = false;
        away0 = LegStatus.DEPOSITED;
        away1 = LegStatus.DEPOSITED;
    }
}

/// @dev The coordinator's chain forgets the verdict that the other chain has obeyed already.
contract ReorgOfADeliveredVerdict is SettlementState {
    function reorg() external step {
        require(awayRecorded == Verdict.EXECUTE);
        verdict = Verdict.NONE;
        executeSent = false;
    }
}

contract ForgedLock is SettlementState {
    function forge() external step {
        lockedSent = true;
    }
}

contract ForgedVerdict is SettlementState {
    function forge() external step {
        executeSent = true;
    }
}

/// @dev All escrows have one address: a report must count for the chain that it came from.
contract LockCountedForAnotherChain is SettlementState {
    function recordLocked() external step {
        require(homeLocked);
        awayReported = true;
    }
}

/// @dev Giving a leg back after EXECUTE is no refund.
contract UnwindBookedAsRefund is SettlementState {
    function unwind() external step {
        require(away0 == LegStatus.LOCKED && awayRecorded == Verdict.EXECUTE);
        away0 = LegStatus.REFUNDED;
    }
}
