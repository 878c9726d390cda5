// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Rule } from "../world/Rule.sol";
import { Totals } from "../world/IWorld.sol";
import { LedgerToken } from "../world/LedgerToken.sol";
import { Campaign } from "./Campaign.sol";

/// @title Promise 1: where tokens go
/// @notice Believes the tokens' own books, not the escrows'.
abstract contract DestinationInvariants is Campaign {
    /// @dev What is smaller was given away by strangers.
    uint256 private constant UNIT = 1 << 20;

    /// @notice Every account has received from an escrow exactly what the states of all legs say that it was paid.
    function invariant_everyAccountGetsWhatItIsOwed() public view {
        Totals memory sums = world.totals();
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                for (uint256 account = 0; account < CAST; ++account) {
                    uint256 actual = world.token(side, i).moved(address(world.escrow(side)), world.who(account));
                    uint256 expected = sums.received[side][i][account];
                    if (actual != expected) revert Unlike("received", side, i, account, actual, expected);
                }
            }
        }
    }

    /// @notice Nobody outside of the cast, and none of the deployment's contracts, ever gets anything out of an escrow.
    function invariant_nobodyElseGetsAnything() public view {
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                LedgerToken token = world.token(side, i);
                uint256 known = 0;
                for (uint256 account = 0; account < CAST; ++account) {
                    known += token.moved(address(world.escrow(side)), world.who(account));
                }
                uint256 all = token.movedOut(address(world.escrow(side)));
                if (all != known) revert Unlike("moved out", side, i, CAST, all, known);
            }
        }
    }

    /// @notice Attesters, operator, verifiers and strangers get nothing: no key has power over funds.
    function invariant_officesGetNothing() public view {
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                for (uint256 account = 5; account < 12; ++account) {
                    uint256 got = world.token(side, i).balanceOf(world.who(account));
                    if (got != 0) revert Unlike("balance of an office", side, i, account, got, 0);
                }
            }
        }
    }

    /// @notice No amount is paid twice: each is one bit of its token, and all that has left an escrow is a set of the bits that came in.
    function invariant_nothingIsPaidTwice() public view {
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                LedgerToken token = world.token(side, i);
                uint256 paidIn = 0;
                uint256 union = 0;
                for (uint256 account = 0; account < CAST; ++account) {
                    paidIn += token.moved(world.who(account), address(world.escrow(side)));
                    uint256 got = token.moved(address(world.escrow(side)), world.who(account));
                    if (union & got != 0) revert Unlike("paid to two", side, i, account, union, got);
                    union |= got;
                }
                if (union & ~paidIn != 0) revert Unlike("paid more than once", side, i, CAST, union, paidIn);
            }
        }
    }

    /// @notice Fees go to the recipients that the terms declare, each at most once and only of legs that were released.
    function invariant_feesAreTheDeclaredOnes() public view {
        Totals memory sums = world.totals();
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                for (uint256 account = 3; account < 5; ++account) {
                    uint256 balance = world.token(side, i).moved(address(world.escrow(side)), world.who(account));
                    uint256 declared = sums.received[side][i][account];
                    if (balance > declared) revert Unlike("fees", side, i, account, balance, declared);
                }
            }
        }
    }

    /// @notice An escrow pulls tokens only from the wallets that the terms commit to, and from each exactly its deposits.
    function invariant_onlyCommittedWalletsPay() public view {
        Totals memory sums = world.totals();
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                for (uint256 account = 0; account < CAST; ++account) {
                    uint256 actual = world.token(side, i).moved(world.who(account), address(world.escrow(side)));
                    uint256 expected = sums.paidIn[side][i][account];
                    if (actual / UNIT != expected / UNIT) revert Unlike("paid in", side, i, account, actual, expected);
                }
            }
        }
    }

    /// @notice Only a leg that was deposited is ever paid.
    function invariant_onlyDepositsArePaid() public view {
        _keeps(Rule.ONLY_DEPOSITS_ARE_PAID);
    }

    /// @notice Nobody outside of the deployment gets through a function that only its contracts may call, or deposits for another.
    function invariant_strangersAreRefused() public view {
        _keeps(Rule.STRANGERS_ARE_REFUSED);
    }

    function _destination() internal view {
        invariant_everyAccountGetsWhatItIsOwed();
        invariant_nobodyElseGetsAnything();
        invariant_officesGetNothing();
        invariant_nothingIsPaidTwice();
        invariant_feesAreTheDeclaredOnes();
        invariant_onlyCommittedWalletsPay();
        invariant_onlyDepositsArePaid();
        invariant_strangersAreRefused();
    }
}
