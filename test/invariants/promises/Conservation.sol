// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Totals } from "../world/IWorld.sol";
import { LedgerToken } from "../world/LedgerToken.sol";
import { Campaign } from "./Campaign.sol";

/// @title Promise 6: what an escrow holds
abstract contract ConservationInvariants is Campaign {
    /// @notice Per token, an escrow holds at least what is deposited and unpaid, with the fees that are still owed.
    function invariant_escrowsHoldWhatIsUnpaid() public view {
        Totals memory sums = world.totals();
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                uint256 held = world.token(side, i).balanceOf(address(world.escrow(side)));
                uint256 unpaid = sums.unpaid[side][i];
                if (held < unpaid) revert Unlike("held", side, i, CAST, held, unpaid);
            }
        }
    }

    /// @notice And no more than that, but for what strangers have sent it: nothing is left behind.
    function invariant_escrowsHoldNothingElse() public view {
        Totals memory sums = world.totals();
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                uint256 held = world.token(side, i).balanceOf(address(world.escrow(side)));
                uint256 expected = sums.unpaid[side][i] + world.donated(side, i);
                if (held != expected) revert Unlike("left", side, i, CAST, held, expected);
            }
        }
    }

    /// @notice No contract of the deployment lets anybody else dispose of its tokens.
    function invariant_noAllowanceIsGiven() public view {
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                LedgerToken token = world.token(side, i);
                if (token.approvals(address(world.escrow(side))) != 0) revert Holds("an allowance", side, i);
            }
        }
    }

    /// @notice Unused value always returns to its caller: no contract of the deployment keeps any.
    function invariant_noValueIsKept() public view {
        uint256 kept = address(world.coordinator()).balance + address(world.registry()).balance;
        for (uint256 side = 0; side < SIDES; ++side) {
            kept += address(world.escrow(side)).balance + address(world.messenger(side)).balance;
        }
        if (kept != 0) revert Holds("value", kept, 0);
    }

    function _conservation() internal view {
        invariant_escrowsHoldWhatIsUnpaid();
        invariant_escrowsHoldNothingElse();
        invariant_noAllowanceIsGiven();
        invariant_noValueIsKept();
    }
}
