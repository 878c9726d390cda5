// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A chain that forgets a lock which the coordinator has counted
contract ReorgOfACountedLock is Traces {
    function reorg() internal {
        require(awayReported && awayRecorded == Verdict.NONE && away0 == LegStatus.LOCKED && away1 == LegStatus.LOCKED);
        awayLocked = false;
        awayLockedSent = false;
        away0 = LegStatus.DEPOSITED;
        away1 = LegStatus.DEPOSITED;
    }

    function step() external {
        require(invariant());
        reorg();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        reorg();
        tickAway(10);
        claimAway(true);
        assert(safe());
    }
}
