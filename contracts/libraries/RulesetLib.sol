// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IRulesetErrors } from "../interfaces/IRulesetErrors.sol";
import { Edge, Gate, Ruleset, StateKind } from "../types/Ruleset.sol";

/// @notice A registered ruleset. The standard one fits the first word.
/// @dev `head`, lowest bits first: 16 kinds of 4 bits; number of states less one, 4; number of edges, 7; one bit that is always set; 15
/// edges of 12. Each word of `tail`: 21 further edges. An edge: from 4, to 4, gate 4.
struct PackedRuleset {
    uint256 head;
    uint256[3] tail;
}

/// @title Rulesets: which are safe, and how they are stored
library RulesetLib {
    uint256 internal constant MAX_STATES = 16;
    uint256 internal constant MAX_EDGES = 64;

    uint256 private constant STATES_SHIFT = 64;
    uint256 private constant EDGES_SHIFT = 68;
    uint256 private constant REGISTERED = 1 << 75;
    uint256 private constant HEAD_SHIFT = 76;
    uint256 private constant HEAD_EDGES = 15;
    uint256 private constant TAIL_EDGES = 21;
    uint256 private constant EDGE_BITS = 12;

    /// @notice Reverts with the first fault of `IRulesetErrors`.
    /// @dev What one edge may do depends on nothing but its gate and the kinds it joins (`_isAllowed`); what remains is about paths.
    function validate(Ruleset calldata ruleset) internal pure {
        uint256 states = ruleset.states.length;
        uint256 edges = ruleset.edges.length;
        if (states == 0 || states > MAX_STATES || edges == 0 || edges > MAX_EDGES) {
            revert IRulesetErrors.Ruleset_Size(states, edges);
        }
        uint256 initial = _validateStates(ruleset);
        _validateEdges(ruleset);
        _validateExits(ruleset);
        _validatePaths(ruleset, initial);
    }

    /// @dev Of a validated ruleset.
    function pack(Ruleset calldata ruleset) internal pure returns (PackedRuleset memory packed) {
        uint256 head = REGISTERED | ((ruleset.states.length - 1) << STATES_SHIFT) | (ruleset.edges.length << EDGES_SHIFT);
        for (uint256 i = 0; i < ruleset.states.length; ++i) {
            head |= uint256(ruleset.states[i].kind) << (4 * i);
        }
        for (uint256 i = 0; i < ruleset.edges.length; ++i) {
            Edge calldata edge = ruleset.edges[i];
            uint256 bits = uint256(edge.from) | (uint256(edge.to) << 4) | (uint256(edge.gate) << 8);
            if (i < HEAD_EDGES) {
                head |= bits << (HEAD_SHIFT + EDGE_BITS * i);
            } else {
                uint256 j = i - HEAD_EDGES;
                packed.tail[j / TAIL_EDGES] |= bits << (EDGE_BITS * (j % TAIL_EDGES));
            }
        }
        packed.head = head;
    }

    /// @notice The stored ruleset's edge at `index`; `head` is its first word, read once by the caller.
    function edgeAt(PackedRuleset storage packed, uint256 head, uint256 index) internal view returns (Edge memory edge) {
        uint256 bits;
        if (index < HEAD_EDGES) {
            bits = head >> (HEAD_SHIFT + EDGE_BITS * index);
        } else {
            uint256 j = index - HEAD_EDGES;
            bits = packed.tail[j / TAIL_EDGES] >> (EDGE_BITS * (j % TAIL_EDGES));
        }
        edge.from = uint8(bits & 0xf);
        edge.to = uint8((bits >> 4) & 0xf);
        edge.gate = Gate((bits >> 8) & 0xf);
    }

    function edgeCount(uint256 head) internal pure returns (uint256) {
        return (head >> EDGES_SHIFT) & 0x7f;
    }

    function stateCount(uint256 head) internal pure returns (uint256) {
        return ((head >> STATES_SHIFT) & 0xf) + 1;
    }

    function kindOf(uint256 head, uint256 state) internal pure returns (StateKind) {
        return StateKind((head >> (4 * state)) & 0xf);
    }

    /// @dev Of a registered ruleset, which has exactly one.
    function initialState(uint256 head) internal pure returns (uint8 state) {
        while (kindOf(head, state) != StateKind.INITIAL) ++state;
    }

    /// @return initial The one initial state.
    function _validateStates(Ruleset calldata ruleset) private pure returns (uint256 initial) {
        uint256 initialStates = 0;
        for (uint256 i = 0; i < ruleset.states.length; ++i) {
            bytes32 name = ruleset.states[i].name;
            if (name == 0) revert IRulesetErrors.Ruleset_StateName(i);
            for (uint256 j = 0; j < i; ++j) {
                if (ruleset.states[j].name == name) revert IRulesetErrors.Ruleset_StateName(i);
            }
            if (ruleset.states[i].kind == StateKind.INITIAL) {
                initial = i;
                ++initialStates;
            }
        }
        if (initialStates != 1) revert IRulesetErrors.Ruleset_Kinds(initialStates);
    }

    function _validateEdges(Ruleset calldata ruleset) private pure {
        uint256 states = ruleset.states.length;
        for (uint256 i = 0; i < ruleset.edges.length; ++i) {
            Edge calldata edge = ruleset.edges[i];
            if (edge.from >= states || edge.to >= states) revert IRulesetErrors.Ruleset_UnknownState(i);
            if (!_isAllowed(ruleset.states[edge.from].kind, ruleset.states[edge.to].kind, edge.gate)) {
                revert IRulesetErrors.Ruleset_Edge(i);
            }
            for (uint256 j = 0; j < i; ++j) {
                Edge calldata other = ruleset.edges[j];
                if (other.from != edge.from || other.gate != edge.gate) continue;
                if (edge.gate != Gate.MANUAL || other.to == edge.to) revert IRulesetErrors.Ruleset_RepeatedEdge(i);
            }
        }
    }

    /// @dev Executing is entered from Deposit by DEPOSITS_LOCKED and left by RELEASED into Finalized, and nothing else does either. Failed
    /// is entered by TIMEOUT and COMPLIANCE_FAILED, which lead nowhere else, and by MANUAL, which ends with the deposit state.
    function _isAllowed(StateKind from, StateKind to, Gate gate) private pure returns (bool) {
        bool early = from == StateKind.INITIAL || from == StateKind.ACTIVE;
        bool onward = to == StateKind.ACTIVE || to == StateKind.DEPOSIT;
        if (gate == Gate.NONE || gate == Gate.COMPLIANCE_CLEARED) return early && onward;
        if (gate == Gate.MANUAL) return early && (onward || to == StateKind.FAILED);
        if (gate == Gate.TIMEOUT || gate == Gate.COMPLIANCE_FAILED) {
            return (early || from == StateKind.DEPOSIT) && to == StateKind.FAILED;
        }
        if (gate == Gate.DEPOSITS_LOCKED) return from == StateKind.DEPOSIT && to == StateKind.EXECUTING;
        if (gate == Gate.RELEASED) return from == StateKind.EXECUTING && to == StateKind.FINALIZED;
        return false;
    }

    function _validateExits(Ruleset calldata ruleset) private pure {
        for (uint256 state = 0; state < ruleset.states.length; ++state) {
            uint256 forward = 0;
            bool hasTimeout = false;
            for (uint256 i = 0; i < ruleset.edges.length; ++i) {
                Edge calldata edge = ruleset.edges[i];
                if (edge.from != state) continue;
                if (edge.gate == Gate.TIMEOUT) hasTimeout = true;
                else if (edge.gate != Gate.MANUAL && edge.gate != Gate.COMPLIANCE_FAILED) ++forward;
            }
            if (forward > 1) revert IRulesetErrors.Ruleset_ForwardEdges(state);
            StateKind kind = ruleset.states[state].kind;
            if (kind == StateKind.EXECUTING) {
                if (forward == 0) revert IRulesetErrors.Ruleset_NoRelease(state);
            } else if (kind != StateKind.FINALIZED && kind != StateKind.FAILED) {
                if (!hasTimeout) revert IRulesetErrors.Ruleset_NoTimeout(state);
            }
        }
    }

    /// @dev Sets of states are bit masks. MANUAL edges count as paths: an operator must not lead past compliance either.
    function _validatePaths(Ruleset calldata ruleset, uint256 initial) private pure {
        uint256 states = ruleset.states.length;
        uint256[] memory targets = new uint256[](states);
        uint256[] memory uncleared = new uint256[](states);
        for (uint256 i = 0; i < ruleset.edges.length; ++i) {
            Edge calldata edge = ruleset.edges[i];
            targets[edge.from] |= 1 << edge.to;
            if (edge.gate != Gate.COMPLIANCE_CLEARED) uncleared[edge.from] |= 1 << edge.to;
        }
        _requireAcyclic(targets);
        uint256 reached = _reach(targets, initial);
        uint256 reachedUncleared = _reach(uncleared, initial);
        for (uint256 state = 0; state < states; ++state) {
            if (reached & (1 << state) == 0) revert IRulesetErrors.Ruleset_Unreachable(state);
        }
        for (uint256 state = 0; state < states; ++state) {
            if (ruleset.states[state].kind == StateKind.DEPOSIT && reachedUncleared & (1 << state) != 0) {
                revert IRulesetErrors.Ruleset_ComplianceSkipped(state);
            }
        }
    }

    /// @dev Takes away states that lead to none of those left, until none is left or none can be taken.
    function _requireAcyclic(uint256[] memory targets) private pure {
        uint256 left = (1 << targets.length) - 1;
        while (left != 0) {
            uint256 before = left;
            for (uint256 state = 0; state < targets.length; ++state) {
                if (targets[state] & left == 0) left &= ~(1 << state);
            }
            if (left == before) {
                uint256 first = 0;
                while (left & (1 << first) == 0) ++first;
                revert IRulesetErrors.Ruleset_Cyclic(first);
            }
        }
    }

    function _reach(uint256[] memory targets, uint256 initial) private pure returns (uint256 reached) {
        uint256 before = 0;
        reached = 1 << initial;
        while (reached != before) {
            before = reached;
            for (uint256 state = 0; state < targets.length; ++state) {
                if (reached & (1 << state) != 0) reached |= targets[state];
            }
        }
    }
}
