// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "../LegTraces.model.sol";

/// @title An escrow that lets the recipient redirect before it is owed anything
/// @dev The refund would go to it.
contract RedirectionBeforeTheDecision is LegTraces {
    function redirectEarly(uint256 caller, uint256 wallet) internal {
        require(payments == 0 && locked && verdict != Verdict.ROLLBACK && caller == RECIPIENT && wallet != 0);
        name(caller, wallet, true);
    }

    function step(uint256 caller, uint256 wallet) external {
        require(invariant());
        redirectEarly(caller, wallet);
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        redirectEarly(RECIPIENT, 3);
        record(Verdict.ROLLBACK);
        pay();
        assert(paidRightly());
    }
}
