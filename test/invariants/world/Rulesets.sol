// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Edge, Gate, Ruleset, State, StateKind } from "../../../contracts/types/Ruleset.sol";

/// @title The project's rulesets, as the deployment registers them
library Rulesets {
    function standard() internal pure returns (Ruleset memory ruleset) {
        return _after(0);
    }

    /// @notice The standard one behind AWAITING_MATURITY.
    function repo() internal pure returns (Ruleset memory ruleset) {
        ruleset = _after(1);
        ruleset.states[0] = State("AWAITING_MATURITY", StateKind.INITIAL);
        ruleset.states[1].kind = StateKind.ACTIVE;
    }

    /// @notice For each state the set of states that some walk can lead to from there, itself included.
    function reach(Ruleset memory ruleset) internal pure returns (uint256[16] memory sets) {
        for (uint256 state = 0; state < 16; ++state) {
            sets[state] = 1 << state;
        }
        for (uint256 round = 0; round < ruleset.states.length; ++round) {
            for (uint256 i = 0; i < ruleset.edges.length; ++i) {
                sets[ruleset.edges[i].from] |= sets[ruleset.edges[i].to];
            }
        }
    }

    /// @param first The index of INSTRUCTED: what comes before it has its exits, and a way to it by PARENT_FINALIZED.
    function _after(uint8 first) private pure returns (Ruleset memory ruleset) {
        ruleset.states = new State[](first + 8);
        ruleset.states[first] = State("INSTRUCTED", StateKind.INITIAL);
        ruleset.states[first + 1] = State("COMPLIANCE_CHECKING", StateKind.ACTIVE);
        ruleset.states[first + 2] = State("COMPLIANCE_CLEARED", StateKind.ACTIVE);
        ruleset.states[first + 3] = State("AWAITING_DEPOSITS", StateKind.DEPOSIT);
        ruleset.states[first + 4] = State("EXECUTING_SWAP", StateKind.EXECUTING);
        ruleset.states[first + 5] = State("FINALIZED", StateKind.FINALIZED);
        ruleset.states[first + 6] = State("ROLLED_BACK", StateKind.FAILED);
        ruleset.states[first + 7] = State("TIMED_OUT", StateKind.FAILED);
        uint8 rolledBack = first + 6;
        Edge[] memory edges = new Edge[](64);
        uint256 count = 0;
        if (first == 1) edges[count++] = Edge(0, 1, Gate.PARENT_FINALIZED);
        if (first == 1) edges[count++] = Edge(0, rolledBack, Gate.COMPLIANCE_FAILED);
        edges[count++] = Edge(first, first + 1, Gate.NONE);
        edges[count++] = Edge(first + 1, first + 2, Gate.COMPLIANCE_CLEARED);
        edges[count++] = Edge(first + 1, rolledBack, Gate.COMPLIANCE_FAILED);
        edges[count++] = Edge(first + 2, rolledBack, Gate.COMPLIANCE_FAILED);
        edges[count++] = Edge(first + 3, rolledBack, Gate.COMPLIANCE_FAILED);
        edges[count++] = Edge(first + 2, first + 3, Gate.NONE);
        edges[count++] = Edge(first + 3, first + 4, Gate.DEPOSITS_LOCKED);
        edges[count++] = Edge(first + 4, first + 5, Gate.RELEASED);
        for (uint8 state = 0; state < first + 4; ++state) {
            edges[count++] = Edge(state, first + 7, Gate.TIMEOUT);
        }
        for (uint8 state = 0; state < first + 3; ++state) {
            edges[count++] = Edge(state, rolledBack, Gate.MANUAL);
        }
        for (uint8 state = 0; state < first + 4; ++state) {
            edges[count++] = Edge(state, rolledBack, Gate.CONSENT);
        }
        assembly ("memory-safe") {
            mstore(edges, count)
        }
        ruleset.edges = edges;
    }
}
