// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A coordinator that lets the parties take EXECUTE back
/// @dev Even all of them: some escrow may have obeyed already.
contract CancelledAfterTheVerdict is Traces {
    function cancelLate() internal {
        require(sellerConsents && buyerConsents && financierConsents);
        verdict = Verdict.ROLLBACK;
    }

    function step() external {
        require(invariant());
        cancelLate();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        consent(0);
        consent(1);
        consent(2);
        cancelLate();
        dispatchAway();
        recordVerdictAway(Verdict.ROLLBACK);
        claimAway(true);
        assert(safe());
    }
}
