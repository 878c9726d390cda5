// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Traces } from "../Traces.model.sol";

/// @title An escrow whose admin can refund
contract RefundByAnAdmin is Traces {
    function refund() internal {
        require(home1 == LegStatus.LOCKED);
        home1 = LegStatus.REFUNDED;
    }

    function step() external {
        require(invariant());
        refund();
        assert(invariant());
    }

    function trace() external {
        require(isExecuting());
        claimHome(true);
        refund();
        assert(safe());
    }
}
