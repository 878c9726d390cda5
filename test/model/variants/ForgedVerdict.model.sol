// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A verdict that no coordinator took
contract ForgedVerdict is Traces {
    function forge() internal {
        awayExecuteSent = true;
    }

    function step() external {
        require(invariant());
        forge();
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        forge();
        recordVerdictAway(Verdict.EXECUTE);
        claimAway(true);
        tickHome(20);
        timeout();
        claimHome(true);
        assert(safe());
    }
}
