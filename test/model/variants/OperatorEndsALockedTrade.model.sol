// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A coordinator whose operator can call off what is locked
contract OperatorEndsALockedTrade is Traces {
    function callOffLate() internal {
        require(verdict == Verdict.NONE);
        calledOff = true;
        verdict = Verdict.ROLLBACK;
    }

    function step() external {
        require(invariant());
        callOffLate();
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        callOffLate();
        assert(endsRightly());
    }
}
