// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "../LegTraces.model.sol";

/// @title An escrow that lets anyone redirect
contract RedirectionByAStranger is LegTraces {
    function redirectAny(uint256 caller, uint256 wallet) internal {
        require(payments == 0 && isDecided() && wallet != 0);
        name(caller, wallet, true);
    }

    function step(uint256 caller, uint256 wallet) external {
        require(invariant());
        redirectAny(caller, wallet);
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        redirectAny(9, 9);
        pay();
        assert(paidRightly());
    }
}
