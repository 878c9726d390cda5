// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Exits, PackedRuleset, RulesetLib } from "../../contracts/libraries/RulesetLib.sol";
import { Edge, Gate, Ruleset, State, StateKind } from "../../contracts/types/Ruleset.sol";
import { Verdict } from "../../contracts/types/Terms.sol";
import { Assertions } from "./support/Vm.sol";

/// @notice Registers as the coordinator does, and goes every way through what it has stored.
contract RulesetWalker is Assertions {
    using RulesetLib for PackedRuleset;
    using RulesetLib for Exits;

    struct Walk {
        uint8 state;
        StateKind kind;
        Verdict verdict;
        bool cleared;
        bool parentDone;
    }

    struct Exit {
        uint8 target;
        Gate gate;
    }

    PackedRuleset private _packed;

    function register(Ruleset calldata ruleset) external {
        RulesetLib.validate(ruleset);
        _packed = RulesetLib.pack(ruleset);
    }

    function needsParent() external view returns (bool) {
        return _packed.needsParent();
    }

    /// @notice Takes every exit of every state, as if every gate held, in every way it can be come to, and reverts where a promise is broken.
    function explore() external view {
        _checkEnd();
        // A state is come to with or without clearance, parent and verdict: at most 192 ways, so that the list is never full.
        Walk[] memory ways = new Walk[](192);
        uint256 seen = 0;
        uint256 count = 1;
        ways[0].state = _packed.initialState();
        ways[0].kind = _packed.exitsOf(ways[0].state).kindOf();
        for (uint256 i = 0; i < count; ++i) {
            Exit[] memory exits = _exitsOf(ways[i].state);
            _checkState(ways[i], exits);
            for (uint256 j = 0; j < exits.length; ++j) {
                Walk memory next = _take(ways[i], exits[j]);
                uint256 number = uint256(next.state) * 12 + uint256(next.verdict) * 4;
                if (next.cleared) number += 1;
                if (next.parentDone) number += 2;
                if (seen & (1 << number) != 0) continue;
                seen |= 1 << number;
                ways[count++] = next;
            }
        }
    }

    /// @dev After as many steps as there can be states there is nowhere left to be.
    function _checkEnd() private view {
        uint256 here = 1 << _packed.initialState();
        for (uint256 steps = 0; steps < RulesetLib.MAX_STATES; ++steps) {
            uint256 next = 0;
            for (uint8 state = 0; state < RulesetLib.MAX_STATES; ++state) {
                if (here & (1 << state) == 0) continue;
                Exit[] memory exits = _exitsOf(state);
                for (uint256 i = 0; i < exits.length; ++i) {
                    next |= 1 << exits[i].target;
                }
            }
            here = next;
        }
        assertTrue(here == 0, "a walk without end");
    }

    function _checkState(Walk memory at, Exit[] memory exits) private view {
        bool decided = at.kind == StateKind.EXECUTING || at.kind == StateKind.FINALIZED || at.kind == StateKind.FAILED;
        assertTrue(decided == (at.verdict != Verdict.NONE), "a verdict with its state and no other");
        if (at.kind == StateKind.FINALIZED || at.kind == StateKind.FAILED) assertTrue(exits.length == 0, "an end");
        if (at.kind == StateKind.EXECUTING) assertTrue(exits.length == 1 && exits[0].gate == Gate.RELEASED, "only delivery");
        if (at.kind == StateKind.DEPOSIT) {
            assertTrue(at.cleared, "deposits without clearance");
            assertTrue(at.parentDone || !_packed.needsParent(), "deposits before the parent");
        }
        if (decided) return;
        (bool exists, uint8 target) = _packed.exitsOf(at.state).timeoutOf();
        assertTrue(exists && _packed.exitsOf(target).kindOf() == StateKind.FAILED, "a state that cannot time out");
    }

    function _take(Walk memory at, Exit memory exit) private view returns (Walk memory next) {
        StateKind from = at.kind;
        StateKind to = _packed.exitsOf(exit.target).kindOf();
        Gate gate = exit.gate;
        next.state = exit.target;
        next.kind = to;
        next.cleared = at.cleared || gate == Gate.COMPLIANCE_CLEARED;
        next.parentDone = at.parentDone || gate == Gate.PARENT_FINALIZED;
        next.verdict = at.verdict;
        if (gate == Gate.TIMEOUT || gate == Gate.COMPLIANCE_FAILED || gate == Gate.CONSENT) {
            assertTrue(to == StateKind.FAILED, "an exit that leads on");
        }
        if (to == StateKind.FAILED) {
            bool ends = gate == Gate.TIMEOUT || gate == Gate.COMPLIANCE_FAILED || gate == Gate.CONSENT;
            assertTrue(ends || gate == Gate.MANUAL, "failed by a way that leads on");
        }
        if (to == StateKind.EXECUTING) {
            assertTrue(from == StateKind.DEPOSIT && gate == Gate.DEPOSITS_LOCKED, "executing without deposits");
        }
        if (to == StateKind.FINALIZED) {
            assertTrue(from == StateKind.EXECUTING && gate == Gate.RELEASED, "finalized without delivery");
        }
        if (gate == Gate.MANUAL) {
            assertTrue(from == StateKind.INITIAL || from == StateKind.ACTIVE, "an operator over deposits");
        }
        if (to == StateKind.EXECUTING || to == StateKind.FAILED) {
            assertTrue(at.verdict == Verdict.NONE, "a second verdict");
            next.verdict = to == StateKind.EXECUTING ? Verdict.EXECUTE : Verdict.ROLLBACK;
        }
    }

    function _exitsOf(uint8 state) private view returns (Exit[] memory exits) {
        exits = new Exit[](4 + RulesetLib.MAX_STATES);
        uint256 count = 0;
        Exits packed = _packed.exitsOf(state);
        (bool exists, uint8 target) = packed.timeoutOf();
        if (exists) exits[count++] = Exit(target, Gate.TIMEOUT);
        (exists, target) = packed.failedOf();
        if (exists) exits[count++] = Exit(target, Gate.COMPLIANCE_FAILED);
        (exists, target) = packed.consentOf();
        if (exists) exits[count++] = Exit(target, Gate.CONSENT);
        Gate gate;
        (exists, target, gate) = packed.forwardOf();
        if (exists) exits[count++] = Exit(target, gate);
        uint16 manual = _packed.manualOf(state);
        for (target = 0; target < RulesetLib.MAX_STATES; ++target) {
            if (manual & (1 << target) != 0) exits[count++] = Exit(target, Gate.MANUAL);
        }
        assembly ("memory-safe") {
            mstore(exits, count)
        }
    }
}

/// @notice Whatever ruleset registration takes keeps every promise on every way; and it takes and refuses enough for that to mean something.
contract RulesetPromisesTest is Assertions {
    /// @notice A generated ruleset is refused, or every way through it keeps what section 5 promises of states and edges.
    function testFuzz_whatIsTakenKeepsEveryPromise(uint256 seed) public {
        _explore(seed);
    }

    /// @notice Of two hundred, many are taken and many refused, with a parent and without.
    function test_manyAreTakenAndManyRefused() public {
        uint256 taken = 0;
        uint256 withParent = 0;
        for (uint256 seed = 0; seed < 200; ++seed) {
            (bool accepted, bool needsParent) = _explore(uint256(keccak256(abi.encode(seed))));
            if (accepted) ++taken;
            if (needsParent) ++withParent;
        }
        assertTrue(taken >= 60 && taken <= 160, "rulesets taken");
        assertTrue(withParent >= 20 && taken - withParent >= 20, "rulesets for terms with a parent, and without");
    }

    function _explore(uint256 seed) private returns (bool accepted, bool needsParent) {
        RulesetWalker walker = new RulesetWalker();
        try walker.register(_generate(seed)) { }
        catch {
            return (false, false);
        }
        walker.explore();
        return (true, walker.needsParent());
    }

    // ---------------------------------------------------------------- generator

    /// @dev A line of early states, a deposit state, executing, and three ends; then now and then an edge that may break it. The clearance
    /// and the parent each have their place on the line; states are renumbered by the seed.
    function _generate(uint256 seed) private pure returns (Ruleset memory ruleset) {
        uint256 early = within(_draw(seed, 1), 2, 10);
        uint256 states = early + 5;
        uint256 turn = _draw(seed, 2) % states;
        ruleset.states = new State[](states);
        for (uint256 i = 0; i < states; ++i) {
            ruleset.states[(i + turn) % states] = State(bytes32(i + 1), _kindAt(i, early));
        }
        Edge[] memory edges = new Edge[](64);
        uint256 count = 0;
        uint256 cleared = _draw(seed, 3) % early;
        // As often without a parent as with one.
        uint256 parent = _draw(seed, 4) % (2 * early);
        for (uint256 i = 0; i <= early; ++i) {
            uint256 draw = _draw(seed, 10 + i);
            uint256 failed = early + 3 + draw % 2;
            Gate forward = i == early ? Gate.DEPOSITS_LOCKED : i == cleared
                ? Gate.COMPLIANCE_CLEARED
                : i == parent ? Gate.PARENT_FINALIZED : Gate.NONE;
            edges[count++] = Edge(uint8(i), uint8(i + 1), forward);
            edges[count++] = Edge(uint8(i), uint8(failed), Gate.TIMEOUT);
            if ((draw >> 8) % 2 == 0) edges[count++] = Edge(uint8(i), uint8(early + 3), Gate.COMPLIANCE_FAILED);
            if ((draw >> 16) % 2 == 0) edges[count++] = Edge(uint8(i), uint8(early + 4), Gate.CONSENT);
            if (i < early && (draw >> 24) % 4 == 0) edges[count++] = Edge(uint8(i), uint8(early + 4), Gate.MANUAL);
        }
        edges[count++] = Edge(uint8(early + 1), uint8(early + 2), Gate.RELEASED);
        for (uint256 i = _draw(seed, 5) % 3; i > 0; --i) {
            uint256 draw = _draw(seed, 50 + i);
            Edge memory edge = Edge(uint8(draw % states), uint8((draw >> 8) % states), Gate((draw >> 16) % 9));
            // A leap of the operator along the line, or anything at all.
            if ((draw >> 24) % 2 == 0) {
                uint256 from = draw % early;
                edge = Edge(uint8(from), uint8(from + 1 + (draw >> 8) % (early - from)), Gate.MANUAL);
            }
            edges[(draw >> 32) % 2 == 0 && count < 64 ? count++ : (draw >> 40) % count] = edge;
        }
        assembly ("memory-safe") {
            mstore(edges, count)
        }
        for (uint256 i = 0; i < count; ++i) {
            edges[i].from = uint8((edges[i].from + turn) % states);
            edges[i].to = uint8((edges[i].to + turn) % states);
        }
        ruleset.edges = edges;
    }

    function _kindAt(uint256 place, uint256 early) private pure returns (StateKind) {
        if (place == 0) return StateKind.INITIAL;
        if (place < early) return StateKind.ACTIVE;
        if (place == early) return StateKind.DEPOSIT;
        if (place == early + 1) return StateKind.EXECUTING;
        return place == early + 2 ? StateKind.FINALIZED : StateKind.FAILED;
    }

    function _draw(uint256 seed, uint256 what) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what)));
    }
}
