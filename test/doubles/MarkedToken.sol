// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that treats some recipients badly
contract MarkedToken is MintableToken {
    enum Treatment {
        FAIR,
        REFUSE,
        BURN_GAS,
        HUGE_REVERT,
        COSTLY
    }

    error MarkedToken_Refused(address to);

    mapping(address account => Treatment) public treatmentOf;

    function mark(address account, Treatment treatment) external {
        treatmentOf[account] = treatment;
    }

    function _update(address from, address to, uint256 amount) internal override {
        Treatment treatment = treatmentOf[to];
        if (treatment == Treatment.REFUSE) revert MarkedToken_Refused(to);
        if (treatment == Treatment.HUGE_REVERT) {
            assembly {
                revert(0, 100000)
            }
        }
        // Costly means a million, then the transfer works.
        uint256 until = treatment == Treatment.COSTLY ? gasleft() - 1_000_000 : 0;
        if (treatment == Treatment.BURN_GAS || treatment == Treatment.COSTLY) {
            uint256 waste = 0;
            while (gasleft() > until) ++waste;
        }
        super._update(from, to, amount);
    }
}
