// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IRulesetErrors } from "../interfaces/IRulesetErrors.sol";
import { Edge, Gate, Ruleset, StateKind } from "../types/Ruleset.sol";

/// @notice A registered ruleset: what `validate` lets pass has at most one exit of each sort per state, and nothing else.
/// @dev `states` holds 32 bits a state, 8 states a word, lowest first: kind 4; then sorts of exits, each a set bit and the target's 4
/// bits: TIMEOUT, COMPLIANCE_FAILED, the forward one, which has 4 bits of gate besides, CONSENT. The highest bit of the first word tells
/// that there is a PARENT_FINALIZED edge. `manual` holds 16 bits a state: the targets of its MANUAL edges. The first word is never zero,
/// and for the standard ruleset it is all that most calls read.
struct PackedRuleset {
    uint256[2] states;
    uint256 manual;
}

/// @notice The 32 bits of one state.
type Exits is uint256;

/// @title Rulesets: which are safe, and how they are stored
library RulesetLib {
    uint256 internal constant MAX_STATES = 16;
    uint256 internal constant MAX_EDGES = 64;

    uint256 private constant STATE_BITS = 32;
    uint256 private constant STATES_PER_WORD = 8;
    uint256 private constant TIMEOUT_SHIFT = 4;
    uint256 private constant FAILED_SHIFT = 9;
    uint256 private constant FORWARD_SHIFT = 14;
    uint256 private constant GATE_SHIFT = 19;
    uint256 private constant CONSENT_SHIFT = 23;
    uint256 private constant PARENT_BIT = 1 << 255;

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
        for (uint256 i = 0; i < ruleset.states.length; ++i) {
            packed.states[i / STATES_PER_WORD] |= uint256(ruleset.states[i].kind) << _shiftOf(i);
        }
        for (uint256 i = 0; i < ruleset.edges.length; ++i) {
            Edge calldata edge = ruleset.edges[i];
            if (edge.gate == Gate.MANUAL) {
                packed.manual |= 1 << (MAX_STATES * edge.from + edge.to);
                continue;
            }
            uint256 exit = 1 | (uint256(edge.to) << 1);
            if (edge.gate == Gate.TIMEOUT) exit <<= TIMEOUT_SHIFT;
            else if (edge.gate == Gate.COMPLIANCE_FAILED) exit <<= FAILED_SHIFT;
            else if (edge.gate == Gate.CONSENT) exit <<= CONSENT_SHIFT;
            else exit = (exit << FORWARD_SHIFT) | (uint256(edge.gate) << GATE_SHIFT);
            packed.states[edge.from / STATES_PER_WORD] |= exit << _shiftOf(edge.from);
            if (edge.gate == Gate.PARENT_FINALIZED) packed.states[0] |= PARENT_BIT;
        }
    }

    function isRegistered(PackedRuleset storage packed) internal view returns (bool) {
        return packed.states[0] != 0;
    }

    /// @notice Whether the ruleset is made for terms with a parent.
    function needsParent(PackedRuleset storage packed) internal view returns (bool) {
        return packed.states[0] & PARENT_BIT != 0;
    }

    function exitsOf(PackedRuleset storage packed, uint256 state) internal view returns (Exits) {
        return Exits.wrap(uint32(packed.states[state / STATES_PER_WORD] >> _shiftOf(state)));
    }

    /// @return targets One bit for each state that a MANUAL edge leads to.
    function manualOf(PackedRuleset storage packed, uint256 state) internal view returns (uint16 targets) {
        return uint16(packed.manual >> (MAX_STATES * state));
    }

    /// @dev Of a registered ruleset, which has exactly one.
    function initialState(PackedRuleset storage packed) internal view returns (uint8 state) {
        while (kindOf(exitsOf(packed, state)) != StateKind.INITIAL) ++state;
    }

    /// @return kind Of the state whose bits these are.
    function kindOf(Exits exits) internal pure returns (StateKind kind) {
        return StateKind(Exits.unwrap(exits) & 0xf);
    }

    function timeoutOf(Exits exits) internal pure returns (bool exists, uint8 target) {
        return _exit(exits, TIMEOUT_SHIFT);
    }

    function failedOf(Exits exits) internal pure returns (bool exists, uint8 target) {
        return _exit(exits, FAILED_SHIFT);
    }

    function forwardOf(Exits exits) internal pure returns (bool exists, uint8 target, Gate gate) {
        (exists, target) = _exit(exits, FORWARD_SHIFT);
        gate = Gate((Exits.unwrap(exits) >> GATE_SHIFT) & 0xf);
    }

    function consentOf(Exits exits) internal pure returns (bool exists, uint8 target) {
        return _exit(exits, CONSENT_SHIFT);
    }

    function _exit(Exits exits, uint256 shift) private pure returns (bool exists, uint8 target) {
        uint256 bits = Exits.unwrap(exits) >> shift;
        return (bits & 1 != 0, uint8((bits >> 1) & 0xf));
    }

    function _shiftOf(uint256 state) private pure returns (uint256) {
        return STATE_BITS * (state % STATES_PER_WORD);
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
    /// is entered by TIMEOUT, COMPLIANCE_FAILED and CONSENT, which lead nowhere else, and by MANUAL, which ends with the deposit state.
    function _isAllowed(StateKind from, StateKind to, Gate gate) private pure returns (bool) {
        bool early = from == StateKind.INITIAL || from == StateKind.ACTIVE;
        bool onward = to == StateKind.ACTIVE || to == StateKind.DEPOSIT;
        if (gate == Gate.NONE || gate == Gate.COMPLIANCE_CLEARED || gate == Gate.PARENT_FINALIZED) return early && onward;
        if (gate == Gate.MANUAL) return early && (onward || to == StateKind.FAILED);
        if (gate == Gate.TIMEOUT || gate == Gate.COMPLIANCE_FAILED || gate == Gate.CONSENT) {
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
                else if (_isForward(edge.gate)) ++forward;
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

    /// @dev Neither an operator's edge nor one that ends in a failed state.
    function _isForward(Gate gate) private pure returns (bool) {
        return gate != Gate.MANUAL && gate != Gate.TIMEOUT && gate != Gate.COMPLIANCE_FAILED && gate != Gate.CONSENT;
    }

    /// @dev Sets of states are bit masks. MANUAL edges count as paths: an operator must not lead past compliance or the parent either.
    function _validatePaths(Ruleset calldata ruleset, uint256 initial) private pure {
        uint256 states = ruleset.states.length;
        uint256[] memory targets = new uint256[](states);
        uint256[] memory uncleared = new uint256[](states);
        uint256[] memory orphaned = new uint256[](states);
        bool needsParent_ = false;
        for (uint256 i = 0; i < ruleset.edges.length; ++i) {
            Edge calldata edge = ruleset.edges[i];
            targets[edge.from] |= 1 << edge.to;
            if (edge.gate != Gate.COMPLIANCE_CLEARED) uncleared[edge.from] |= 1 << edge.to;
            if (edge.gate != Gate.PARENT_FINALIZED) orphaned[edge.from] |= 1 << edge.to;
            else needsParent_ = true;
        }
        _requireAcyclic(targets);
        uint256 reached = _reach(targets, initial);
        for (uint256 state = 0; state < states; ++state) {
            if (reached & (1 << state) == 0) revert IRulesetErrors.Ruleset_Unreachable(state);
        }
        uint256 deposits = 0;
        for (uint256 state = 0; state < states; ++state) {
            if (ruleset.states[state].kind == StateKind.DEPOSIT) deposits |= 1 << state;
        }
        uint256 skipped = deposits & _reach(uncleared, initial);
        if (skipped != 0) revert IRulesetErrors.Ruleset_ComplianceSkipped(_lowest(skipped));
        skipped = needsParent_ ? deposits & _reach(orphaned, initial) : 0;
        if (skipped != 0) revert IRulesetErrors.Ruleset_ParentSkipped(_lowest(skipped));
    }

    /// @dev Takes away states that lead to none of those left, until none is left or none can be taken.
    function _requireAcyclic(uint256[] memory targets) private pure {
        uint256 left = (1 << targets.length) - 1;
        while (left != 0) {
            uint256 before = left;
            for (uint256 state = 0; state < targets.length; ++state) {
                if (targets[state] & left == 0) left &= ~(1 << state);
            }
            if (left == before) revert IRulesetErrors.Ruleset_Cyclic(_lowest(left));
        }
    }

    /// @dev Of a set that is not empty.
    function _lowest(uint256 set) private pure returns (uint256 state) {
        while (set & (1 << state) == 0) ++state;
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
