// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A lock report that no escrow sent
contract ForgedLock is Traces {
    function forge() internal {
        awayLockedSent = true;
    }

    function step() external {
        require(invariant());
        forge();
        assert(invariant());
    }

    function trace() external {
        require(isLockedButAway());
        forge();
        recordLockedAway();
        execute(true);
        claimHome(true);
        assert(safe());
    }
}
