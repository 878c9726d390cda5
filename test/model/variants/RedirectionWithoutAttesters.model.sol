// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "../LegTraces.model.sol";

/// @title An escrow that redirects to a wallet nobody has cleared
contract RedirectionWithoutAttesters is LegTraces {
    function redirectUncleared(uint256 caller, uint256 wallet) internal {
        require(payments == 0 && isDecided() && caller == payee() && wallet != 0);
        name(caller, wallet, false);
    }

    function step(uint256 caller, uint256 wallet) external {
        require(invariant());
        redirectUncleared(caller, wallet);
        assert(invariant());
    }

    function trace() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        redirectUncleared(RECIPIENT, 3);
        pay();
        assert(paidRightly());
    }
}
