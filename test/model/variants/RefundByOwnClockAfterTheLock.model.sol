// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title An escrow that refunds by its own clock after the lock
contract RefundByOwnClockAfterTheLock is Traces {
    function refund() internal {
        require(away0 == LegStatus.LOCKED && awayClock >= settleDeadline);
        away0 = LegStatus.REFUNDED;
    }

    function step() external {
        require(invariant());
        refund();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        tickAway(20);
        refund();
        assert(safe());
    }
}
