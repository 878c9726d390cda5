// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Exits, PackedRuleset, RulesetLib } from "../../contracts/libraries/RulesetLib.sol";
import { Edge, Gate, Ruleset, State, StateKind } from "../../contracts/types/Ruleset.sol";
import { Assertions } from "./support/Vm.sol";

/// @notice Packs what it is given, as registration does, and tells what it stored.
contract RulesetHarness {
    using RulesetLib for PackedRuleset;
    using RulesetLib for Exits;

    PackedRuleset private _packed;

    function store(Ruleset calldata ruleset) external {
        _packed = RulesetLib.pack(ruleset);
    }

    function isRegistered() external view returns (bool) {
        return _packed.isRegistered();
    }

    function needsParent() external view returns (bool) {
        return _packed.needsParent();
    }

    function at(uint256 state) external view returns (StateKind kind, Exits exits, uint16 manual) {
        return (_packed.exitsOf(state).kindOf(), _packed.exitsOf(state), _packed.manualOf(state));
    }

    function initialState() external view returns (uint8) {
        return _packed.initialState();
    }
}

/// @notice What is stored of a ruleset is the ruleset: every kind, every exit, nothing else.
contract RulesetLibTest is Assertions {
    using RulesetLib for Exits;

    uint256 private constant NONE = type(uint256).max;

    /// @dev What the seed draws for one state: the targets of its exits, or NONE.
    struct Plan {
        StateKind kind;
        uint256 timeout;
        uint256 failed;
        uint256 forward;
        uint256 consent;
        Gate gate;
        uint16 manual;
    }

    function testFuzz_storedExitsAreTheEdges(uint256 seed, uint8 size) public {
        uint256 states = within(size, 1, 16);
        Plan[] memory plans = new Plan[](states);
        uint256 initial = within(seed, 0, states - 1);
        for (uint256 i = 0; i < states; ++i) {
            plans[i] = _plan(uint256(keccak256(abi.encode(seed, i))), states);
            if (i == initial) plans[i].kind = StateKind.INITIAL;
            else if (plans[i].kind == StateKind.INITIAL) plans[i].kind = StateKind.ACTIVE;
        }
        // Every initial state has a TIMEOUT edge, which is what makes the first word differ from an empty one.
        if (plans[initial].timeout == NONE) plans[initial].timeout = initial;

        RulesetHarness harness = new RulesetHarness();
        assertTrue(!harness.isRegistered(), "nothing is registered before");
        harness.store(_ruleset(plans, seed));
        assertTrue(harness.isRegistered(), "it is registered after");
        assertEq(harness.initialState(), initial);
        bool needsParent = false;
        for (uint256 i = 0; i < states; ++i) {
            (StateKind kind, Exits exits, uint16 manual) = harness.at(i);
            assertEq(uint256(kind), uint256(plans[i].kind));
            assertEq(manual, plans[i].manual);
            (bool exists, uint8 target) = exits.timeoutOf();
            assertEq(exists ? target : NONE, plans[i].timeout);
            (exists, target) = exits.failedOf();
            assertEq(exists ? target : NONE, plans[i].failed);
            Gate gate;
            (exists, target, gate) = exits.forwardOf();
            assertEq(exists ? target : NONE, plans[i].forward);
            if (exists) assertEq(uint256(gate), uint256(plans[i].gate));
            needsParent = needsParent || (exists && gate == Gate.PARENT_FINALIZED);
            (exists, target) = exits.consentOf();
            assertEq(exists ? target : NONE, plans[i].consent);
        }
        assertTrue(harness.needsParent() == needsParent, "a parent is needed by its gate alone");
    }

    function _plan(uint256 seed, uint256 states) private pure returns (Plan memory plan) {
        plan.kind = StateKind(seed % 6);
        plan.timeout = (seed >> 8) % 2 == 0 ? NONE : (seed >> 9) % states;
        plan.failed = (seed >> 16) % 2 == 0 ? NONE : (seed >> 17) % states;
        plan.forward = (seed >> 24) % 2 == 0 ? NONE : (seed >> 25) % states;
        Gate[5] memory gates =
            [Gate.NONE, Gate.COMPLIANCE_CLEARED, Gate.DEPOSITS_LOCKED, Gate.RELEASED, Gate.PARENT_FINALIZED];
        plan.gate = gates[(seed >> 32) % 5];
        plan.manual = uint16((seed >> 40) & ((1 << states) - 1));
        plan.consent = (seed >> 64) % 2 == 0 ? NONE : (seed >> 65) % states;
    }

    function _ruleset(Plan[] memory plans, uint256 seed) private pure returns (Ruleset memory ruleset) {
        ruleset.states = new State[](plans.length);
        Edge[] memory edges = new Edge[](plans.length * (4 + 16));
        uint256 count = 0;
        for (uint256 i = 0; i < plans.length; ++i) {
            Plan memory plan = plans[i];
            uint8 from = uint8(i);
            ruleset.states[i] = State(bytes32(i + 1), plan.kind);
            if (plan.timeout != NONE) edges[count++] = Edge(from, uint8(plan.timeout), Gate.TIMEOUT);
            if (plan.failed != NONE) edges[count++] = Edge(from, uint8(plan.failed), Gate.COMPLIANCE_FAILED);
            if (plan.forward != NONE) edges[count++] = Edge(from, uint8(plan.forward), plan.gate);
            if (plan.consent != NONE) edges[count++] = Edge(from, uint8(plan.consent), Gate.CONSENT);
            for (uint256 to = 0; to < 16; ++to) {
                if (plan.manual & (1 << to) != 0) edges[count++] = Edge(from, uint8(to), Gate.MANUAL);
            }
        }
        // In any order: rotated by the seed.
        ruleset.edges = new Edge[](count);
        for (uint256 i = 0; i < count; ++i) {
            ruleset.edges[i] = edges[(i + seed % count) % count];
        }
    }
}
