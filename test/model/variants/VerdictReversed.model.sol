// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A coordinator that can change its mind
contract VerdictReversed is Traces {
    function reverse() internal {
        require(verdict == Verdict.EXECUTE);
        verdict = Verdict.ROLLBACK;
    }

    function step() external {
        require(invariant());
        reverse();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        reverse();
        dispatchAway();
        recordVerdictAway(Verdict.ROLLBACK);
        claimAway(true);
        assert(safe());
    }
}
