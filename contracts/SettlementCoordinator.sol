// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { CoordinatorState } from "./coordinator/CoordinatorState.sol";
import { PackedRecord } from "./coordinator/PackedRecord.sol";
import { IEscrowCore } from "./interfaces/IEscrowCore.sol";
import { ISettlementCoordinator } from "./interfaces/ISettlementCoordinator.sol";
import { BoundedCall } from "./libraries/BoundedCall.sol";
import { ConsentLib } from "./libraries/ConsentLib.sol";
import { GasFloor } from "./libraries/GasFloor.sol";
import { Reason } from "./libraries/Reason.sol";
import { Exits, PackedRuleset, RulesetLib } from "./libraries/RulesetLib.sol";
import { TermsCall } from "./libraries/TermsCall.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { MessageKind } from "./types/Deployment.sol";
import { Gate, Ruleset, RulesetId, StateKind } from "./types/Ruleset.sol";
import { Consent, SettlementId, Terms, Verdict } from "./types/Terms.sol";

/// @title The coordinator: state machine, gates, the one verdict
/// @dev A verdict is taken in `_take` and in `timeout`, both times from NONE: `_take` because no state after Executing or Failed has an
/// edge to either (`RulesetLib`), `timeout` by its own check.
contract SettlementCoordinator is CoordinatorState {
    using RulesetLib for PackedRuleset;
    using RulesetLib for Exits;
    using TermsLib for Terms;

    /// @dev Where the terms lie behind the arguments of `execute`.
    uint256 private constant EXECUTE_HEAD = 4 * 32;

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
        PackedRecord record = _records[settlementId];
        if (record.created()) return settlementId;

        // Check
        if (record.verdict() != Verdict.NONE) {
            revert SettlementCoordinator_VerdictAlreadyTaken(settlementId, record.verdict());
        }
        terms.validate(_home());
        if (block.timestamp >= terms.settleDeadline) {
            revert SettlementCoordinator_SettleDeadlinePassed(terms.settleDeadline, block.timestamp);
        }
        RulesetId rulesetId = RulesetId.wrap(terms.ruleset);
        PackedRuleset storage ruleset = _rulesets[rulesetId];
        if (!ruleset.isRegistered()) revert SettlementCoordinator_UnknownRuleset(rulesetId);
        if (ruleset.needsParent() != (terms.parent != 0)) {
            revert SettlementCoordinator_ParentMismatch(rulesetId, terms.parent);
        }

        // Effect: the lock mask stays as it is, for a lock may be reported before creation.
        _records[settlementId] = record.createdAt(ruleset.initialState());
        _publish(settlementId, terms);
    }

    // ---------------------------------------------------------------- transitions

    /// @inheritdoc ISettlementCoordinator
    function advance(Terms calldata terms) external guarded returns (Verdict verdict) {
        SettlementId id = terms.hash();
        return _advance(id, _created(id), terms);
    }

    /// @inheritdoc ISettlementCoordinator
    function advanceReported(SettlementId settlementId, Terms calldata terms)
        external
        onlyEscrow
        guarded
        returns (Verdict verdict)
    {
        // A deposit may come before creation; then there is nothing to follow it up with, which is no fault.
        PackedRecord record = _records[settlementId];
        return record.created() ? _advance(settlementId, record, terms) : record.verdict();
    }

    /// @inheritdoc ISettlementCoordinator
    function transition(Terms calldata terms, uint8 target, bytes32 evidenceHash) external guarded {
        SettlementId id = terms.hash();
        PackedRecord record = _created(id);

        // Check
        (bool found, Gate gate) = _openEdge(_walkOf(id), record, terms, target);
        if (!found) revert SettlementCoordinator_TransitionNotAllowed(id, record.state(), target);

        // Effect and interaction: here a failing payout fails the call, for the caller asked for this one step.
        if (gate == Gate.DEPOSITS_LOCKED) {
            _execute(id, terms, target, evidenceHash, msg.sender);
            _payLocalLegs(id, terms);
        } else {
            _enter(id, record, RulesetId.wrap(terms.ruleset), target, gate, evidenceHash, msg.sender);
        }
    }

    /// @inheritdoc ISettlementCoordinator
    function timeout(Terms calldata terms) external guarded {
        SettlementId id = terms.hash();
        PackedRecord record = _records[id];
        if (record.verdict() == Verdict.ROLLBACK) return;

        // Check
        if (record.verdict() == Verdict.EXECUTE) revert SettlementCoordinator_AlreadyExecuting(id);
        if (block.timestamp < terms.settleDeadline) {
            revert SettlementCoordinator_NotTimedOut(terms.settleDeadline, block.timestamp);
        }

        // Effect
        if (!record.created()) {
            _records[id] = record.deciding(Verdict.ROLLBACK);
            emit VerdictTaken(id, Verdict.ROLLBACK);
            return;
        }
        // Every state before Executing has a TIMEOUT edge.
        (, uint8 target) = _rulesetOf(terms).exitsOf(record.state()).timeoutOf();
        _enter(id, record, RulesetId.wrap(terms.ruleset), target, Gate.TIMEOUT, 0, msg.sender);
    }

    /// @inheritdoc ISettlementCoordinator
    function cancel(Terms calldata terms, Consent[] calldata consents) external guarded {
        SettlementId id = terms.hash();
        PackedRecord record = _records[id];
        if (record.verdict() == Verdict.ROLLBACK) return;

        // Check
        if (!record.created()) revert SettlementCoordinator_UnknownSettlement(id);
        if (record.verdict() == Verdict.EXECUTE) revert SettlementCoordinator_AlreadyExecuting(id);
        (bool exists, uint8 target) = _rulesetOf(terms).exitsOf(record.state()).consentOf();
        if (!exists) revert SettlementCoordinator_NoConsentEdge(id, record.state());
        ConsentLib.check(terms, id, consents);

        // Effect
        _enter(id, record, RulesetId.wrap(terms.ruleset), target, Gate.CONSENT, 0, msg.sender);
    }

    /// @inheritdoc ISettlementCoordinator
    function execute(SettlementId settlementId, Terms calldata terms, uint8 target, address caller) external {
        if (msg.sender != address(this)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        _execute(settlementId, terms, target, 0, caller);
    }

    // ---------------------------------------------------------------- messages

    /// @inheritdoc ISettlementCoordinator
    function dispatch(Terms calldata terms, uint64 chainId) external payable guarded returns (bytes32 guid) {
        SettlementId id = terms.hash();

        // Check
        Verdict verdict = _records[id].verdict();
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
    function reportLocked(SettlementId settlementId) external onlyEscrow {
        _recordLock(settlementId, COORDINATOR_CHAIN);
    }

    /// @inheritdoc ISettlementCoordinator
    function reportReleased(SettlementId settlementId) external onlyEscrow {
        _recordRelease(settlementId, COORDINATOR_CHAIN);
    }

    /// @inheritdoc ISettlementCoordinator
    /// @dev Not guarded: it is called from inside the frame of the verdict too, and calls nobody.
    function reportSettled(SettlementId settlementId, RulesetId rulesetId) external onlyEscrow {
        _recordRelease(settlementId, COORDINATOR_CHAIN);
        PackedRecord record = _records[settlementId];
        if (record.kind() != StateKind.EXECUTING) return;
        // The one way on from Executing is RELEASED.
        (, uint8 target, Gate gate) = _rulesets[rulesetId].exitsOf(record.state()).forwardOf();
        _enter(settlementId, record, rulesetId, target, gate, 0, msg.sender);
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
    function hashTerms(Terms calldata terms) external pure returns (SettlementId) {
        return terms.hash();
    }

    // ---------------------------------------------------------------- steps

    /// @dev Of a created settlement.
    function _advance(SettlementId id, PackedRecord record, Terms calldata terms) private returns (Verdict verdict) {
        Walk memory walk = _walkOf(id);
        PackedRuleset storage ruleset = _rulesetOf(terms);
        uint8 stored = record.state();
        while (true) {
            (bool found, uint8 target, Gate gate) = _next(ruleset, walk, record, terms);
            if (!found) break;
            if (gate == Gate.DEPOSITS_LOCKED) {
                if (record.state() != stored) _records[id] = record;
                if (!_tryExecute(id, terms, target)) return Verdict.NONE;
                record = _records[id];
                stored = record.state();
            } else {
                record = _take(id, record, ruleset, target, gate, 0, msg.sender);
            }
        }
        // No edge leads back to its own state, so a walk that took one ends in another.
        if (record.state() != stored) _records[id] = record;
        return record.verdict();
    }

    /// @dev Takes an edge whose gate holds.
    function _enter(
        SettlementId id,
        PackedRecord record,
        RulesetId rulesetId,
        uint8 target,
        Gate gate,
        bytes32 evidenceHash,
        address caller
    ) private {
        _records[id] = _take(id, record, _rulesets[rulesetId], target, gate, evidenceHash, caller);
    }

    /// @dev Tells what the record becomes: who calls it stores that, before anybody else is called. The only source of EXECUTE.
    function _take(
        SettlementId id,
        PackedRecord record,
        PackedRuleset storage ruleset,
        uint8 target,
        Gate gate,
        bytes32 evidenceHash,
        address caller
    ) private returns (PackedRecord) {
        emit StateTransition(id, record.state(), target, gate, evidenceHash, caller);
        StateKind kind = ruleset.kindOf(target);
        record = record.entering(target, kind);
        if (kind != StateKind.EXECUTING && kind != StateKind.FAILED) return record;
        Verdict verdict = kind == StateKind.EXECUTING ? Verdict.EXECUTE : Verdict.ROLLBACK;
        emit VerdictTaken(id, verdict);
        return record.deciding(verdict);
    }

    /// @dev Where all legs are on this chain the payouts and the step to Finalized belong to the verdict: all or nothing. The escrow, when
    /// it calls, does the same in a frame of its own.
    function _execute(SettlementId id, Terms calldata terms, uint8 target, bytes32 evidenceHash, address caller) private {
        PackedRecord record = _records[id];
        _enter(id, record, RulesetId.wrap(terms.ruleset), target, Gate.DEPOSITS_LOCKED, evidenceHash, caller);
        if (!_paysInFrame(terms, caller)) return;

        // Interaction: the escrow pays, or reverts, and reports back by `reportSettled`.
        bytes memory data = TermsCall.encode(IEscrowCore.settle.selector, terms);
        if (!LowLevelCall.callNoReturn(address(ESCROW), data)) LowLevelCall.bubbleRevert();
        if (_records[id].kind() != StateKind.FINALIZED) revert SettlementCoordinator_PayoutIncomplete(id);
    }

    /// @dev Only payouts can fail, so only they need the frame.
    /// @return executed False when the frame failed and left everything as it was.
    function _tryExecute(SettlementId id, Terms calldata terms, uint8 target) private returns (bool executed) {
        if (!_paysInFrame(terms, msg.sender)) {
            _execute(id, terms, target, 0, msg.sender);
            _payLocalLegs(id, terms);
            return true;
        }
        uint256 gasBefore = gasleft();
        bytes memory head = abi.encodeWithSelector(this.execute.selector, id, EXECUTE_HEAD, target, msg.sender);
        bytes memory reason;
        (executed, reason) =
            BoundedCall.tryCall(address(this), gasleft(), bytes.concat(head, TermsCall.encode(terms)));
        if (executed) return true;
        _requireEarnest(gasBefore, terms);
        emit StepFailed(id, reason);
    }

    /// @dev After the verdict, where legs are on several chains. A failure leaves the legs to `claim`.
    function _payLocalLegs(SettlementId id, Terms calldata terms) private {
        if (msg.sender == address(ESCROW) || _isWhole(terms)) return;
        if (_rowsOf(terms) & _rowBit(COORDINATOR_CHAIN) == 0) return;
        uint256 gasBefore = gasleft();
        bytes memory data = TermsCall.encode(IEscrowCore.release.selector, terms);
        (bool ok, bytes memory reason) = BoundedCall.tryCall(address(ESCROW), gasleft(), data);
        if (ok) return;
        _requireEarnest(gasBefore, terms);
        emit StepFailed(id, reason);
    }

    function _paysInFrame(Terms calldata terms, address caller) private view returns (bool) {
        return caller != address(ESCROW) && _isWhole(terms);
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

    /// @dev Emits SettlementCreated. By hand, for `emit` knows no terms that are encoded already.
    function _publish(SettlementId id, Terms calldata terms) private {
        bytes32 topic = SettlementCreated.selector;
        (bytes32 ref, bytes32 ruleset) = (terms.ref, terms.ruleset);
        bytes memory data = bytes.concat(bytes32(uint256(0x20)), TermsCall.encode(terms));
        assembly ("memory-safe") {
            log4(add(data, 0x20), mload(data), topic, id, ref, ruleset)
        }
    }

    function _recordLock(SettlementId id, uint64 chainId) private {
        uint8 bit = _rowBit(chainId);
        PackedRecord record = _records[id];
        if (record.lockMask() & bit != 0) return;
        _records[id] = record.withLock(bit);
        emit LockReported(id, chainId);
    }

    function _recordRelease(SettlementId id, uint64 chainId) private {
        uint8 bit = _rowBit(chainId);
        PackedRecord record = _records[id];
        if (record.releaseMask() & bit != 0) return;
        _records[id] = record.withRelease(bit);
        emit ReleaseReported(id, chainId);
    }

    /// @dev A message counts only from the messenger and never for this chain's escrow, which reports in person.
    function _checkSource(uint64 sourceChainId) private view {
        if (msg.sender != address(MESSENGER)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        if (sourceChainId == COORDINATOR_CHAIN || _rowBit(sourceChainId) == 0) {
            revert SettlementCoordinator_UnknownSource(sourceChainId);
        }
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
}
