// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Rule } from "../world/Rule.sol";
import { Campaign } from "./Campaign.sol";

/// @title Promise 7, the registry and the messages: what is known, and to whom it is said
abstract contract WordInvariants is Campaign {
    /// @notice Before a party deposits or is revealed on a chain, that chain's escrow knows no wallet of it, only the commitment.
    function invariant_noWalletIsKnownTooEarly() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            for (uint256 side = 0; side < SIDES; ++side) {
                uint256 early = world.walletsOn(trade, side) & ~world.knownOn(trade, side);
                if (early != 0) revert Holds("a wallet that nobody told", trade, early);
            }
        }
    }

    /// @notice A wallet that is known is the one behind the commitment.
    function invariant_knownWalletsAreTheCommittedOnes() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            for (uint256 side = 0; side < SIDES; ++side) {
                if (world.strangersOn(trade, side) != 0) revert Holds("another wallet", trade, side);
            }
        }
    }

    /// @notice The registry says of every attester what the attester's own words come to: Fail and Revoked stick until it overrides them.
    function invariant_registryKeepsEveryWord() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            uint256 attester = world.misquoted(trade);
            if (attester != type(uint256).max) revert Holds("another word", trade, attester);
        }
    }

    /// @notice An attester's sequence never falls or stands still.
    function invariant_sequenceRises() public view {
        _keeps(Rule.SEQUENCE_RISES);
    }

    /// @notice An escrow off the coordinator's chain has a verdict only when a message brought it.
    function invariant_verdictsComeByMessage() public view {
        _keeps(Rule.ESCROW_VERDICT_COMES_BY_MESSAGE);
    }

    /// @notice The messengers say only what coordinator and escrow have decided.
    function invariant_messagesAreTrue() public view {
        _keeps(Rule.MESSAGES_ARE_TRUE);
    }

    /// @notice What one verifier alone attests, or both for a stranger, is not taken for a message.
    function invariant_forgeriesAreRefused() public view {
        _keeps(Rule.FORGERIES_ARE_REFUSED);
    }

    /// @notice A message whose turn has come goes through, whatever it says and whatever state it meets.
    function invariant_messagesNeverBlock() public view {
        _keeps(Rule.MESSAGES_NEVER_BLOCK);
    }

    /// @notice A message that was executed is never executed again.
    function invariant_messagesCountOnce() public view {
        _keeps(Rule.MESSAGES_COUNT_ONCE);
    }

    function _words() internal view {
        invariant_noWalletIsKnownTooEarly();
        invariant_knownWalletsAreTheCommittedOnes();
        invariant_registryKeepsEveryWord();
        invariant_sequenceRises();
        invariant_verdictsComeByMessage();
        invariant_messagesAreTrue();
        invariant_forgeriesAreRefused();
        invariant_messagesNeverBlock();
        invariant_messagesCountOnce();
    }
}
