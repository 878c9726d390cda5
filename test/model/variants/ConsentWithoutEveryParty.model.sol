// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title A coordinator that lets some parties cancel for all
contract ConsentWithoutEveryParty is Traces {
    function cancelByTwo() internal {
        require(verdict == Verdict.NONE && sellerConsents && buyerConsents);
        verdict = Verdict.ROLLBACK;
    }

    function step() external {
        require(invariant());
        cancelByTwo();
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        consent(0);
        consent(1);
        cancelByTwo();
        assert(endsRightly());
    }
}
