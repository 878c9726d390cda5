// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Home, TermsLib } from "../../contracts/libraries/TermsLib.sol";
import { Leg, Terms } from "../../contracts/types/Terms.sol";

/// @title The arithmetic of fees, on whatever terms an escrow takes: two parties, one leg, up to two fees
contract FeesProof {
    using TermsLib for *;

    /// @notice The fees of a leg are within its amount, and so neither their sum nor what remains can overflow.
    /// @custom:halmos --array-lengths terms.parties=2,terms.legs=1,terms.legs[0].fees={0,1,2},terms.attesters=1 --loop 9
    function check_feesAreWithinTheAmount(Terms calldata terms) external pure {
        // What is malformed reverts here, and is not looked at any further.
        terms.validate(home());
        Leg calldata leg = terms.legs[0];
        uint256 rest = leg.amount;
        for (uint256 i = 0; i < leg.fees.length; ++i) {
            assert(leg.fees[i].amount <= rest);
            rest -= leg.fees[i].amount;
        }
        assert(leg.feeSum() == leg.amount - rest);
    }

    /// @notice That some of these terms are taken, with fees that use up the amount.
    /// @custom:halmos --array-lengths terms.parties=2,terms.legs=1,terms.legs[0].fees=2,terms.attesters=1 --loop 9
    function refute_feesNeverUseUpTheAmount(Terms calldata terms) external pure {
        terms.validate(home());
        assert(terms.legs[0].feeSum() != terms.legs[0].amount);
    }

    function home() private pure returns (Home memory) {
        return Home({ chainId: 1, coordinator: address(1), escrow: address(2), rowsLow: 1, rowsHigh: 0 });
    }
}
