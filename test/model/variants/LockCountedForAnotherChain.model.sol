// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A lock report counted for another chain
/// @dev Every escrow has the same address; what tells them apart is the path that the message came by.
contract LockCountedForAnotherChain is Traces {
    function recordForAway() internal {
        require(farLockedSent);
        awayReported = true;
    }

    function step() external {
        require(invariant());
        recordForAway();
        assert(invariant());
    }

    function trace() external {
        require(isLockedButAway());
        recordForAway();
        execute(true);
        claimHome(true);
        assert(safe());
    }
}
