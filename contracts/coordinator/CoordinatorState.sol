// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { DeploymentChild } from "../DeploymentChild.sol";
import { ISettlementCoordinator } from "../interfaces/ISettlementCoordinator.sol";
import { Exits, PackedRuleset, RulesetLib } from "../libraries/RulesetLib.sol";
import { TermsLib } from "../libraries/TermsLib.sol";
import { Clearance } from "../types/Compliance.sol";
import { Gate, RulesetId, StateKind } from "../types/Ruleset.sol";
import { SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { PackedRecord } from "./PackedRecord.sol";

/// @title The coordinator's storage, its guard and what its gates say
/// @notice Judges and tells; writes nothing.
abstract contract CoordinatorState is ISettlementCoordinator, DeploymentChild {
    using RulesetLib for PackedRuleset;
    using RulesetLib for Exits;
    using TermsLib for Terms;

    /// @dev One call's view of a settlement. `clearance` is asked once a call, when a gate first needs it.
    struct Walk {
        SettlementId id;
        bool judged;
        Clearance clearance;
    }

    /// @dev The bit of this chain in lock and release masks.
    uint8 internal immutable HOME_BIT;

    mapping(SettlementId id => PackedRecord) internal _records;
    mapping(RulesetId id => PackedRuleset) internal _rulesets;

    /// @dev Assigned, never `delete`d: this compiler may clear a storage slot instead.
    bool private transient _entered;

    constructor() {
        HOME_BIT = _rowBit(COORDINATOR_CHAIN);
    }

    /// @dev The deployment's escrow on this chain. It proves an id by the terms before it names it.
    modifier onlyEscrow() {
        if (msg.sender != address(ESCROW)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        _;
    }

    modifier guarded() {
        _enterGuard();
        _;
        _entered = false;
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc ISettlementCoordinator
    function stateOf(SettlementId settlementId) external view returns (Record memory) {
        return _records[settlementId].unpack();
    }

    /// @inheritdoc ISettlementCoordinator
    function verdictOf(SettlementId settlementId) external view returns (Verdict) {
        return _records[settlementId].verdict();
    }

    /// @inheritdoc ISettlementCoordinator
    function statusOf(SettlementId settlementId) external view returns (bool created, Verdict verdict) {
        PackedRecord record = _records[settlementId];
        return (record.created(), record.verdict());
    }

    /// @inheritdoc ISettlementCoordinator
    function isLocked(SettlementId settlementId, uint64 chainId) external view returns (bool) {
        return _records[settlementId].lockMask() & _rowBit(chainId) != 0;
    }

    /// @inheritdoc ISettlementCoordinator
    function nextTransitions(Terms calldata terms) external view returns (NextTransition[] memory transitions) {
        SettlementId id = terms.hash();
        PackedRecord record = _created(id);
        Walk memory walk = _walkOf(id);
        PackedRuleset storage ruleset = _rulesetOf(terms);
        Exits exits = ruleset.exitsOf(record.state());
        uint256 manual = ruleset.manualOf(record.state());
        transitions = new NextTransition[](RulesetLib.MAX_EDGES);
        uint256 count = 0;
        (bool exists, uint8 target) = exits.timeoutOf();
        if (exists) transitions[count++] = _transitionTo(target, Gate.TIMEOUT, walk, record, terms);
        (exists, target) = exits.failedOf();
        if (exists) transitions[count++] = _transitionTo(target, Gate.COMPLIANCE_FAILED, walk, record, terms);
        Gate gate;
        (exists, target, gate) = exits.forwardOf();
        if (exists) transitions[count++] = _transitionTo(target, gate, walk, record, terms);
        (exists, target) = exits.consentOf();
        if (exists) transitions[count++] = _transitionTo(target, Gate.CONSENT, walk, record, terms);
        for (target = 0; target < RulesetLib.MAX_STATES; ++target) {
            if (manual & (1 << target) != 0) {
                transitions[count++] = _transitionTo(target, Gate.MANUAL, walk, record, terms);
            }
        }
        assembly ("memory-safe") {
            mstore(transitions, count)
        }
    }

    /// @inheritdoc ISettlementCoordinator
    function isRegistered(RulesetId rulesetId) public view returns (bool) {
        return _rulesets[rulesetId].isRegistered();
    }

    // ---------------------------------------------------------------- gates

    /// @dev CONSENT holds by signatures alone, which only `cancel` brings.
    function _holds(Gate gate, Walk memory walk, PackedRecord record, Terms calldata terms) private view returns (bool) {
        if (gate == Gate.NONE) return true;
        if (gate == Gate.COMPLIANCE_CLEARED) return _clearance(walk, terms) == Clearance.CLEARED;
        if (gate == Gate.COMPLIANCE_FAILED) return _clearance(walk, terms) == Clearance.FAILED;
        if (gate == Gate.DEPOSITS_LOCKED) {
            return _covers(record.lockMask(), terms) && block.timestamp < terms.settleDeadline
                && _clearance(walk, terms) == Clearance.CLEARED;
        }
        if (gate == Gate.RELEASED) return _covers(record.releaseMask(), terms);
        if (gate == Gate.TIMEOUT) return block.timestamp >= terms.settleDeadline;
        if (gate == Gate.MANUAL) return terms.operator != address(0) && msg.sender == terms.operator;
        if (gate == Gate.PARENT_FINALIZED) {
            PackedRecord parent = _records[SettlementId.wrap(terms.parent)];
            return block.timestamp >= terms.notBefore && parent.kind() == StateKind.FINALIZED;
        }
        return false;
    }

    function _clearance(Walk memory walk, Terms calldata terms) private view returns (Clearance) {
        if (!walk.judged) {
            walk.clearance =
                REGISTRY.clearanceOf(walk.id, terms.parties, terms.attesters, terms.threshold, terms.settleDeadline);
            walk.judged = true;
        }
        return walk.clearance;
    }

    /// @dev The edge that `advance` takes next: TIMEOUT, else COMPLIANCE_FAILED, else the one forward edge, whichever first holds.
    /// @param exits Of the record's state.
    function _next(Exits exits, Walk memory walk, PackedRecord record, Terms calldata terms)
        internal
        view
        returns (bool found, uint8 target, Gate gate)
    {
        (found, target) = exits.timeoutOf();
        if (found && _holds(Gate.TIMEOUT, walk, record, terms)) return (true, target, Gate.TIMEOUT);
        (found, target) = exits.failedOf();
        if (found && _holds(Gate.COMPLIANCE_FAILED, walk, record, terms)) return (true, target, Gate.COMPLIANCE_FAILED);
        (found, target, gate) = exits.forwardOf();
        found = found && _holds(gate, walk, record, terms);
    }

    /// @dev An edge from the present state to `target` whose gate holds, for this caller.
    function _openEdge(Walk memory walk, PackedRecord record, Terms calldata terms, uint8 target)
        internal
        view
        returns (bool found, Gate gate)
    {
        PackedRuleset storage ruleset = _rulesetOf(terms);
        Exits exits = ruleset.exitsOf(record.state());
        (bool exists, uint8 to) = exits.timeoutOf();
        if (exists && to == target && _holds(Gate.TIMEOUT, walk, record, terms)) return (true, Gate.TIMEOUT);
        (exists, to) = exits.failedOf();
        if (exists && to == target && _holds(Gate.COMPLIANCE_FAILED, walk, record, terms)) {
            return (true, Gate.COMPLIANCE_FAILED);
        }
        (exists, to, gate) = exits.forwardOf();
        if (exists && to == target && _holds(gate, walk, record, terms)) return (true, gate);
        bool manual = ruleset.manualOf(record.state()) & (1 << target) != 0;
        return (manual && _holds(Gate.MANUAL, walk, record, terms), Gate.MANUAL);
    }

    function _transitionTo(uint8 target, Gate gate, Walk memory walk, PackedRecord record, Terms calldata terms)
        private
        view
        returns (NextTransition memory)
    {
        return NextTransition(target, gate, _holds(gate, walk, record, terms));
    }

    function _created(SettlementId id) internal view returns (PackedRecord record) {
        record = _records[id];
        if (!record.created()) revert SettlementCoordinator_UnknownSettlement(id);
    }

    function _walkOf(SettlementId id) internal pure returns (Walk memory walk) {
        walk.id = id;
    }

    function _rulesetOf(Terms calldata terms) internal view returns (PackedRuleset storage) {
        return _rulesets[RulesetId.wrap(terms.ruleset)];
    }

    /// @dev Whether every chain on which the terms have a leg has its bit in the mask. Of terms with a leg, so that an empty mask never does.
    function _covers(uint8 mask, Terms calldata terms) private view returns (bool) {
        if (mask == 0) return false;
        uint8 rows = _rowsOf(terms);
        return mask & rows == rows;
    }

    function _enterGuard() private {
        if (_entered) revert SettlementCoordinator_Reentrancy();
        _entered = true;
    }
}
