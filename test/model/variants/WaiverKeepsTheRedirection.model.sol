// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "../LegTraces.model.sol";

/// @title An escrow whose waiver leaves a redirection standing
/// @dev The deposit would go back to a wallet of the recipient.
contract WaiverKeepsTheRedirection is LegTraces {
    function waiveOnly(uint256 caller) internal {
        require(locked && payments == 0 && !waived && verdict != Verdict.ROLLBACK && caller == payee());
        waived = true;
    }

    function step(uint256 caller) external {
        require(invariant());
        waiveOnly(caller);
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        redirect(RECIPIENT, 3, true);
        waiveOnly(3);
        pay();
        assert(paidRightly());
    }
}
