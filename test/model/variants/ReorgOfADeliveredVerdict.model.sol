// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A coordinator chain that forgets a verdict which another chain has obeyed
contract ReorgOfADeliveredVerdict is Traces {
    function reorg() internal {
        require(verdict == Verdict.EXECUTE && awayRecorded == Verdict.EXECUTE);
        verdict = Verdict.NONE;
        awayExecuteSent = false;
    }

    function step() external {
        require(invariant());
        reorg();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        dispatchAway();
        recordVerdictAway(Verdict.EXECUTE);
        claimAway(true);
        reorg();
        tickHome(20);
        timeout();
        claimHome(true);
        assert(safe());
    }
}
