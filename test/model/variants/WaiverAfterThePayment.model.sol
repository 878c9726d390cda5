// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "../LegTraces.model.sol";

/// @title An escrow that lets a leg be waived that has been paid
/// @dev Which pays it again, back to its depositor.
contract WaiverAfterThePayment is LegTraces {
    function waiveLate(uint256 caller) internal {
        require(locked && !waived && verdict != Verdict.ROLLBACK && caller == RECIPIENT);
        waived = true;
        redirected = 0;
        paidTo = owed();
        payments += 1;
    }

    function step(uint256 caller) external {
        require(invariant());
        waiveLate(caller);
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        pay();
        waiveLate(RECIPIENT);
        assert(paidRightly());
    }
}
