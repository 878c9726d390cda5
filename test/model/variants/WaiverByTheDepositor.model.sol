// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "../LegTraces.model.sol";

/// @title An escrow that lets another than the recipient waive
contract WaiverByTheDepositor is LegTraces {
    function waiveOwn(uint256 caller) internal {
        require(locked && payments == 0 && !waived && caller == DEPOSITOR);
        waived = true;
    }

    function step(uint256 caller) external {
        require(invariant());
        waiveOwn(caller);
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        redirect(RECIPIENT, 3, true);
        waiveOwn(DEPOSITOR);
        pay();
        assert(paidRightly());
    }
}
