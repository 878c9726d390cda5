// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { DeploymentChild } from "./DeploymentChild.sol";
import { ISettlementCoordinator } from "./interfaces/ISettlementCoordinator.sol";
import { GasFloor } from "./libraries/GasFloor.sol";
import { Reason } from "./libraries/Reason.sol";
import { PackedRuleset, RulesetLib } from "./libraries/RulesetLib.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { Clearance } from "./types/Compliance.sol";
import { MessageKind } from "./types/Deployment.sol";
import { Edge, Gate, Ruleset, RulesetId, StateKind } from "./types/Ruleset.sol";
import { SettlementId, Terms, Verdict } from "./types/Terms.sol";

/// @title The coordinator: state machine, gates, the one verdict
/// @dev A verdict is written in `_enter` and in `timeout`, both times from NONE: `_enter` because no state after Executing or Failed has an
/// edge to either (`RulesetLib`), `timeout` by its own check.
contract SettlementCoordinator is ISettlementCoordinator, DeploymentChild {
    using RulesetLib for PackedRuleset;
    using RulesetLib for uint256;
    using TermsLib for Terms;

    /// @dev One call's view of a settlement. `clearance` is asked once a call, when a gate first needs it.
    struct Walk {
        SettlementId id;
        uint256 head;
        uint8 legRows;
        bool judged;
        Clearance clearance;
    }

    mapping(SettlementId id => Record) private _records;
    mapping(RulesetId id => PackedRuleset) private _rulesets;

    /// @dev Assigned, never `delete`d: this compiler may clear a storage slot instead.
    bool private transient _entered;

    modifier guarded() {
        _enterGuard();
        _;
        _entered = false;
    }

    // ---------------------------------------------------------------- creation

    /// @inheritdoc ISettlementCoordinator
    function registerRuleset(Ruleset calldata ruleset) external returns (RulesetId rulesetId) {
        rulesetId = RulesetId.wrap(keccak256(abi.encode(ruleset)));
        if (isRegistered(rulesetId)) return rulesetId;

        // Check
        RulesetLib.validate(ruleset);

        // Effect
        _rulesets[rulesetId] = RulesetLib.pack(ruleset);
        emit RulesetRegistered(rulesetId, ruleset);
    }

    /// @inheritdoc ISettlementCoordinator
    function createSettlement(Terms calldata terms) external returns (SettlementId settlementId) {
        settlementId = terms.hash();
        Record memory record = _records[settlementId];
        if (record.created) return settlementId;

        // Check
        if (record.verdict != Verdict.NONE) {
            revert SettlementCoordinator_VerdictAlreadyTaken(settlementId, record.verdict);
        }
        terms.validate(_home());
        if (block.timestamp >= terms.settleDeadline) {
            revert SettlementCoordinator_SettleDeadlinePassed(terms.settleDeadline, block.timestamp);
        }
        RulesetId rulesetId = RulesetId.wrap(terms.ruleset);
        if (!isRegistered(rulesetId)) revert SettlementCoordinator_UnknownRuleset(rulesetId);

        // Effect: the lock mask stays as it is, for a lock may be reported before creation.
        record.created = true;
        record.state = _rulesets[rulesetId].head.initialState();
        _records[settlementId] = record;
        emit SettlementCreated(settlementId, terms.ref, rulesetId, terms);
    }

    // ---------------------------------------------------------------- transitions

    /// @inheritdoc ISettlementCoordinator
    function advance(Terms calldata terms) external guarded returns (Verdict verdict) {
        SettlementId id = terms.hash();
        Record memory record = _records[id];
        if (!record.created) {
            // A deposit may come before creation; then there is nothing to follow it up with, which is no fault.
            if (msg.sender == address(ESCROW)) return record.verdict;
            revert SettlementCoordinator_UnknownSettlement(id);
        }
        Walk memory walk = _walkOf(id, terms);
        while (true) {
            (bool found, uint8 target, Gate gate) = _next(walk, record, terms);
            if (!found) return record.verdict;
            if (gate == Gate.DEPOSITS_LOCKED) {
                if (!_tryExecute(walk, terms, target)) return Verdict.NONE;
                record = _records[id];
            } else {
                _enter(walk, record, target, gate, 0, msg.sender);
            }
        }
    }

    /// @inheritdoc ISettlementCoordinator
    function transition(Terms calldata terms, uint8 target, bytes32 evidenceHash) external guarded {
        SettlementId id = terms.hash();
        Record memory record = _created(id);
        Walk memory walk = _walkOf(id, terms);

        // Check
        (bool found, Gate gate) = _openEdge(walk, record, terms, target);
        if (!found) revert SettlementCoordinator_TransitionNotAllowed(id, record.state, target);

        // Effect and interaction: here a failing payout fails the call, for the caller asked for this one step.
        if (gate == Gate.DEPOSITS_LOCKED) {
            _execute(walk, terms, target, evidenceHash, msg.sender);
            _payLocalLegs(walk, terms);
        } else {
            _enter(walk, record, target, gate, evidenceHash, msg.sender);
        }
    }

    /// @inheritdoc ISettlementCoordinator
    function timeout(Terms calldata terms) external guarded {
        SettlementId id = terms.hash();
        Record memory record = _records[id];
        if (record.verdict == Verdict.ROLLBACK) return;

        // Check
        if (record.verdict == Verdict.EXECUTE) revert SettlementCoordinator_AlreadyExecuting(id);
        if (block.timestamp < terms.settleDeadline) {
            revert SettlementCoordinator_NotTimedOut(terms.settleDeadline, block.timestamp);
        }

        // Effect
        if (!record.created) {
            _records[id].verdict = Verdict.ROLLBACK;
            emit VerdictTaken(id, Verdict.ROLLBACK);
            return;
        }
        Walk memory walk = _walkOf(id, terms);
        _enter(walk, record, _timeoutTarget(walk, record.state, terms), Gate.TIMEOUT, 0, msg.sender);
    }

    /// @inheritdoc ISettlementCoordinator
    function execute(SettlementId settlementId, Terms calldata terms, uint8 target, address caller) external {
        if (msg.sender != address(this)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        _execute(_walkOf(settlementId, terms), terms, target, 0, caller);
    }

    // ---------------------------------------------------------------- messages

    /// @inheritdoc ISettlementCoordinator
    function dispatch(Terms calldata terms, uint64 chainId) external payable guarded returns (bytes32 guid) {
        SettlementId id = terms.hash();

        // Check
        Verdict verdict = _records[id].verdict;
        if (verdict == Verdict.NONE) revert SettlementCoordinator_NoVerdict(id);
        if (chainId == COORDINATOR_CHAIN || !_hasLegOn(terms, chainId)) {
            revert SettlementCoordinator_NoLegOnChain(chainId);
        }
        (uint256 fee, bool carryTerms) = _affordable(terms, chainId);
        if (msg.value < fee) revert SettlementCoordinator_InsufficientFee(fee, msg.value);

        // Interaction
        guid = MESSENGER.sendVerdict{ value: fee }(chainId, id, verdict, terms, carryTerms, msg.sender);
        emit VerdictDispatched(id, chainId, verdict, guid);
        _returnValue(msg.value - fee);
    }

    /// @inheritdoc ISettlementCoordinator
    function reportLocked(SettlementId settlementId) external {
        if (msg.sender != address(ESCROW)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        _recordLock(settlementId, COORDINATOR_CHAIN);
    }

    /// @inheritdoc ISettlementCoordinator
    function reportReleased(SettlementId settlementId) external {
        if (msg.sender != address(ESCROW)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        _recordRelease(settlementId, COORDINATOR_CHAIN);
    }

    /// @inheritdoc ISettlementCoordinator
    function recordLocked(SettlementId settlementId, uint64 sourceChainId) external {
        _checkSource(sourceChainId);
        _recordLock(settlementId, sourceChainId);
    }

    /// @inheritdoc ISettlementCoordinator
    function recordReleased(SettlementId settlementId, uint64 sourceChainId) external {
        _checkSource(sourceChainId);
        _recordRelease(settlementId, sourceChainId);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc ISettlementCoordinator
    function quoteDispatch(Terms calldata terms, uint64 chainId, bool carryTerms) external view returns (uint256 fee) {
        return MESSENGER.quote(chainId, MessageKind.VERDICT, terms, carryTerms);
    }

    /// @inheritdoc ISettlementCoordinator
    function stateOf(SettlementId settlementId) external view returns (Record memory) {
        return _records[settlementId];
    }

    /// @inheritdoc ISettlementCoordinator
    function verdictOf(SettlementId settlementId) external view returns (Verdict) {
        return _records[settlementId].verdict;
    }

    /// @inheritdoc ISettlementCoordinator
    function isLocked(SettlementId settlementId, uint64 chainId) external view returns (bool) {
        return _records[settlementId].lockMask & _rowBit(chainId) != 0;
    }

    /// @inheritdoc ISettlementCoordinator
    function nextTransitions(Terms calldata terms) external view returns (NextTransition[] memory transitions) {
        SettlementId id = terms.hash();
        Record memory record = _created(id);
        Walk memory walk = _walkOf(id, terms);
        PackedRuleset storage ruleset = _rulesets[RulesetId.wrap(terms.ruleset)];
        transitions = new NextTransition[](walk.head.edgeCount());
        uint256 count = 0;
        for (uint256 i = 0; i < transitions.length; ++i) {
            Edge memory edge = ruleset.edgeAt(walk.head, i);
            if (edge.from != record.state) continue;
            transitions[count++] = NextTransition(edge.to, edge.gate, _holds(edge.gate, walk, record, terms));
        }
        assembly ("memory-safe") {
            mstore(transitions, count)
        }
    }

    /// @inheritdoc ISettlementCoordinator
    function hashTerms(Terms calldata terms) external pure returns (SettlementId) {
        return terms.hash();
    }

    /// @inheritdoc ISettlementCoordinator
    function isRegistered(RulesetId rulesetId) public view returns (bool) {
        return _rulesets[rulesetId].head != 0;
    }

    // ---------------------------------------------------------------- gates

    function _holds(Gate gate, Walk memory walk, Record memory record, Terms calldata terms) private view returns (bool) {
        if (gate == Gate.NONE) return true;
        if (gate == Gate.COMPLIANCE_CLEARED) return _clearance(walk, terms) == Clearance.CLEARED;
        if (gate == Gate.COMPLIANCE_FAILED) return _clearance(walk, terms) == Clearance.FAILED;
        if (gate == Gate.DEPOSITS_LOCKED) {
            return record.lockMask & walk.legRows == walk.legRows && block.timestamp < terms.settleDeadline
                && _clearance(walk, terms) == Clearance.CLEARED;
        }
        if (gate == Gate.RELEASED) return record.releaseMask & walk.legRows == walk.legRows;
        if (gate == Gate.TIMEOUT) return block.timestamp >= terms.settleDeadline;
        if (gate == Gate.MANUAL) return terms.operator != address(0) && msg.sender == terms.operator;
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
    function _next(Walk memory walk, Record memory record, Terms calldata terms)
        private
        view
        returns (bool found, uint8 target, Gate gate)
    {
        PackedRuleset storage ruleset = _rulesets[RulesetId.wrap(terms.ruleset)];
        uint256 rank = 0;
        for (uint256 i = 0; i < walk.head.edgeCount(); ++i) {
            Edge memory edge = ruleset.edgeAt(walk.head, i);
            if (edge.from != record.state || edge.gate == Gate.MANUAL) continue;
            uint256 edgeRank = edge.gate == Gate.TIMEOUT ? 3 : edge.gate == Gate.COMPLIANCE_FAILED ? 2 : 1;
            if (edgeRank <= rank || !_holds(edge.gate, walk, record, terms)) continue;
            (rank, target, gate) = (edgeRank, edge.to, edge.gate);
        }
        found = rank != 0;
    }

    /// @dev The first edge from the present state to `target` whose gate holds, for this caller.
    function _openEdge(Walk memory walk, Record memory record, Terms calldata terms, uint8 target)
        private
        view
        returns (bool found, Gate gate)
    {
        PackedRuleset storage ruleset = _rulesets[RulesetId.wrap(terms.ruleset)];
        for (uint256 i = 0; i < walk.head.edgeCount(); ++i) {
            Edge memory edge = ruleset.edgeAt(walk.head, i);
            if (edge.from != record.state || edge.to != target) continue;
            if (_holds(edge.gate, walk, record, terms)) return (true, edge.gate);
        }
    }

    /// @dev Every state before Executing has exactly one TIMEOUT edge (`RulesetLib`).
    function _timeoutTarget(Walk memory walk, uint8 state, Terms calldata terms) private view returns (uint8 target) {
        PackedRuleset storage ruleset = _rulesets[RulesetId.wrap(terms.ruleset)];
        for (uint256 i = 0;; ++i) {
            Edge memory edge = ruleset.edgeAt(walk.head, i);
            if (edge.from != state || edge.gate != Gate.TIMEOUT) continue;
            target = edge.to;
            break;
        }
    }

    // ---------------------------------------------------------------- steps

    /// @dev Takes an edge whose gate holds. The only writer of EXECUTE.
    function _enter(Walk memory walk, Record memory record, uint8 target, Gate gate, bytes32 evidenceHash, address caller)
        private
    {
        uint8 from = record.state;
        record.state = target;
        record.kind = walk.head.kindOf(target);
        bool executing = record.kind == StateKind.EXECUTING;
        bool decides = executing || record.kind == StateKind.FAILED;
        if (decides) record.verdict = executing ? Verdict.EXECUTE : Verdict.ROLLBACK;
        _records[walk.id] = record;
        emit StateTransition(walk.id, from, target, gate, evidenceHash, caller);
        if (decides) emit VerdictTaken(walk.id, record.verdict);
    }

    /// @dev Where all legs are on this chain the payouts and the step to Finalized belong to the verdict: all or nothing. The escrow, when
    /// it calls, does the same in a frame of its own.
    function _execute(Walk memory walk, Terms calldata terms, uint8 target, bytes32 evidenceHash, address caller) private {
        _enter(walk, _records[walk.id], target, Gate.DEPOSITS_LOCKED, evidenceHash, caller);
        if (caller == address(ESCROW) || !_isWhole(terms)) return;

        // Interaction: the escrow pays, or reverts, and reports back by `reportReleased`.
        ESCROW.settle(terms);
        Record memory record = _records[walk.id];
        (bool found, uint8 final_, Gate gate) = _next(walk, record, terms);
        if (!found) revert SettlementCoordinator_PayoutIncomplete(walk.id);
        _enter(walk, record, final_, gate, 0, caller);
    }

    /// @return executed False when the frame failed and left everything as it was.
    function _tryExecute(Walk memory walk, Terms calldata terms, uint8 target) private returns (bool executed) {
        uint256 gasBefore = gasleft();
        try this.execute(walk.id, terms, target, msg.sender) {
            _payLocalLegs(walk, terms);
            return true;
        } catch (bytes memory reason) {
            _requireEarnest(gasBefore, terms);
            emit StepFailed(walk.id, Reason.clip(reason));
            return false;
        }
    }

    /// @dev After the verdict, where legs are on several chains. A failure leaves the legs to `claim`.
    function _payLocalLegs(Walk memory walk, Terms calldata terms) private {
        if (msg.sender == address(ESCROW) || _isWhole(terms)) return;
        if (walk.legRows & _rowBit(COORDINATOR_CHAIN) == 0) return;
        uint256 gasBefore = gasleft();
        try ESCROW.release(terms) { }
        catch (bytes memory reason) {
            _requireEarnest(gasBefore, terms);
            emit StepFailed(walk.id, Reason.clip(reason));
        }
    }

    /// @dev A failure that more gas might have avoided is the caller's. A message brings the gas that its sender paid for: what it could
    /// do stands.
    function _requireEarnest(uint256 gasBefore, Terms calldata terms) private view {
        uint256 floor = GasFloor.ofLegs(terms.legs.length);
        if (msg.sender != address(MESSENGER) && !GasFloor.covers(gasBefore, floor)) {
            revert SettlementCoordinator_InsufficientGas(floor, gasBefore);
        }
    }

    // ---------------------------------------------------------------- records

    function _recordLock(SettlementId id, uint64 chainId) private {
        uint8 bit = _rowBit(chainId);
        Record storage record = _records[id];
        if (record.lockMask & bit != 0) return;
        record.lockMask |= bit;
        emit LockReported(id, chainId);
    }

    function _recordRelease(SettlementId id, uint64 chainId) private {
        uint8 bit = _rowBit(chainId);
        Record storage record = _records[id];
        if (record.releaseMask & bit != 0) return;
        record.releaseMask |= bit;
        emit ReleaseReported(id, chainId);
    }

    /// @dev A message counts only from the messenger and never for this chain's escrow, which reports in person.
    function _checkSource(uint64 sourceChainId) private view {
        if (msg.sender != address(MESSENGER)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        if (sourceChainId == COORDINATOR_CHAIN || _rowBit(sourceChainId) == 0) {
            revert SettlementCoordinator_UnknownSource(sourceChainId);
        }
    }

    function _created(SettlementId id) private view returns (Record memory record) {
        record = _records[id];
        if (!record.created) revert SettlementCoordinator_UnknownSettlement(id);
    }

    function _walkOf(SettlementId id, Terms calldata terms) private view returns (Walk memory walk) {
        walk.id = id;
        walk.head = _rulesets[RulesetId.wrap(terms.ruleset)].head;
        walk.legRows = _rowsOf(terms);
    }

    function _hasLegOn(Terms calldata terms, uint64 chainId) private pure returns (bool) {
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (terms.legs[i].chainId == chainId) return true;
        }
        return false;
    }

    /// @dev The dearer message if the value covers it and it can be priced at all; the bare one is always enough.
    function _affordable(Terms calldata terms, uint64 chainId) private view returns (uint256 fee, bool carryTerms) {
        try MESSENGER.quote(chainId, MessageKind.VERDICT, terms, true) returns (uint256 full) {
            if (msg.value >= full) return (full, true);
        } catch { }
        return (MESSENGER.quote(chainId, MessageKind.VERDICT, terms, false), false);
    }

    function _returnValue(uint256 amount) private {
        if (amount == 0) return;
        (bool ok,) = msg.sender.call{ value: amount }("");
        if (!ok) revert SettlementCoordinator_ValueReturnFailed(msg.sender, amount);
    }

    function _enterGuard() private {
        if (_entered) revert SettlementCoordinator_Reentrancy();
        _entered = true;
    }
}
