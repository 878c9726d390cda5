// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title An escrow that gives a locked deposit back on demand
contract WithdrawalAfterTheLock is Traces {
    function withdraw() internal {
        require(far0 == LegStatus.LOCKED);
        far0 = LegStatus.EMPTY;
    }

    function step() external {
        require(invariant());
        withdraw();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        withdraw();
        assert(safe());
    }
}
