// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { AtomicityInvariants } from "./promises/Atomicity.sol";
import { ConservationInvariants } from "./promises/Conservation.sol";
import { DestinationInvariants } from "./promises/Destination.sol";
import { GateInvariants } from "./promises/Gate.sol";
import { VerdictInvariants } from "./promises/Verdict.sol";
import { WordInvariants } from "./promises/Words.sol";
import { vm } from "./support/Vm.sol";

/// @title Every promise, one campaign each
contract ProtocolTest is
    DestinationInvariants,
    AtomicityInvariants,
    VerdictInvariants,
    GateInvariants,
    ConservationInvariants,
    WordInvariants
{
    /// @notice All of the above at once: what the long campaign asks after every call.
    function invariant_everyPromise() public view {
        _destination();
        _atomicity();
        _verdict();
        _gate();
        _conservation();
        _words();
    }

    /// @notice Promise 5, from wherever a run has come to: time, delivery and a stranger's calls bring everything home. A bad token, recipient
    /// or fee recipient holds up only its own leg, and that only as long as it is bad.
    /// @dev The runner calls this at the end of every run.
    function afterInvariant() public {
        _tell();
        world.end();
        (bool found, uint256 trade, uint256 leg) = world.stuck(true);
        if (found) revert Holds("another's bad token", trade, leg);
        world.appease();
        world.end();
        (found, trade, leg) = world.stuck(false);
        if (found) revert Holds("stuck for good", trade, leg);
        (found, trade) = world.unfinished();
        if (found) revert Holds("without an end", trade, 0);
        invariant_everyPromise();
    }

    /// @dev What the run has reached before its end, in a file of the long campaign.
    function _tell() private {
        string memory file = vm.envOr("KEYSTONE_TEST_FACTS", string(""));
        if (bytes(file).length != 0) vm.writeLine(file, vm.toString(world.facts()));
    }
}
