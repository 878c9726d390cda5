// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title An unwind by consent, as `waive` is one, but booked as a refund
contract UnwindBookedAsRefund is Traces {
    function unwind() internal {
        require(far0 == LegStatus.LOCKED);
        far0 = LegStatus.REFUNDED;
    }

    function step() external {
        require(invariant());
        unwind();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        unwind();
        assert(safe());
    }
}
