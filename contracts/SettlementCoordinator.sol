// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { CoordinatorState } from "./coordinator/CoordinatorState.sol";
import { PackedRecord } from "./coordinator/PackedRecord.sol";
import { IEscrowCore } from "./interfaces/IEscrowCore.sol";
import { IMessenger } from "./interfaces/IMessenger.sol";
import { ISettlementCoordinator } from "./interfaces/ISettlementCoordinator.sol";
import { BoundedCall } from "./libraries/BoundedCall.sol";
import { ConsentLib } from "./libraries/ConsentLib.sol";
import { GasFloor } from "./libraries/GasFloor.sol";
import { MessengerCall } from "./libraries/MessengerCall.sol";
import { Exits, PackedRuleset, RulesetLib } from "./libraries/RulesetLib.sol";
import { TermsCall } from "./libraries/TermsCall.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { MessageKind } from "./types/Deployment.sol";
import { Gate, Ruleset, RulesetId, StateKind } from "./types/Ruleset.sol";
import { Consent, Leg, SettlementId, Terms, Verdict } from "./types/Terms.sol";

/// @title The coordinator: state machine, gates, the one verdict
/// @dev A verdict is taken in `_take` and in `timeout`, both times from NONE: `_take` because no state after Executing or Failed has an
/// edge to either (`RulesetLib`), `timeout` by its own check.
contract SettlementCoordinator is CoordinatorState {
    using RulesetLib for PackedRuleset;
    using RulesetLib for Exits;
    using TermsLib for Terms;
    using MessengerCall for IMessenger;

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
        bytes memory encoded = TermsCall.encode(terms);
        (uint256 fee, bool carryTerms) = _affordable(encoded, chainId);
        if (msg.value < fee) revert SettlementCoordinator_InsufficientFee(fee, msg.value);

        // Interaction
        guid = MESSENGER.sendVerdict(fee, chainId, id, verdict, encoded, carryTerms, msg.sender);
        emit VerdictDispatched(id, chainId, verdict, guid);
        _returnValue(msg.value - fee);
    }

    /// @inheritdoc ISettlementCoordinator
    function reportLocked(SettlementId settlementId) external onlyEscrow {
        _recordLock(settlementId, COORDINATOR_CHAIN, HOME_BIT);
    }

    /// @inheritdoc ISettlementCoordinator
    function reportReleased(SettlementId settlementId) external onlyEscrow {
        _records[settlementId] = _released(settlementId, _records[settlementId], COORDINATOR_CHAIN, HOME_BIT);
    }

    /// @inheritdoc ISettlementCoordinator
    /// @dev Not guarded: it is called from inside the frame of the verdict too, and calls nobody.
    function reportSettled(SettlementId settlementId, RulesetId rulesetId) external onlyEscrow {
        PackedRecord record = _released(settlementId, _records[settlementId], COORDINATOR_CHAIN, HOME_BIT);
        if (record.kind() == StateKind.EXECUTING) {
            // The one way on from Executing is RELEASED.
            PackedRuleset storage ruleset = _rulesets[rulesetId];
            (, uint8 target, Gate gate) = ruleset.exitsOf(record.state()).forwardOf();
            record = _take(settlementId, record, target, ruleset.exitsOf(target).kindOf(), gate, 0, msg.sender);
        }
        _records[settlementId] = record;
    }

    /// @inheritdoc ISettlementCoordinator
    function recordLocked(SettlementId settlementId, uint64 sourceChainId) external {
        _recordLock(settlementId, sourceChainId, _bitOfSource(sourceChainId));
    }

    /// @inheritdoc ISettlementCoordinator
    function recordReleased(SettlementId settlementId, uint64 sourceChainId) external {
        uint8 bit = _bitOfSource(sourceChainId);
        _records[settlementId] = _released(settlementId, _records[settlementId], sourceChainId, bit);
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
        Exits exits = ruleset.exitsOf(stored);
        while (true) {
            (bool found, uint8 target, Gate gate) = _next(exits, walk, record, terms);
            if (!found) break;
            // The escrow pays by the verdict that it gets back: when it calls, the step to EXECUTE is one like the others.
            if (gate == Gate.DEPOSITS_LOCKED && msg.sender != address(ESCROW)) {
                if (record.state() != stored) _records[id] = record;
                if (!_tryExecute(id, terms, target)) return Verdict.NONE;
                record = _records[id];
                stored = record.state();
                exits = ruleset.exitsOf(stored);
            } else {
                exits = ruleset.exitsOf(target);
                record = _take(id, record, target, exits.kindOf(), gate, 0, msg.sender);
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
        StateKind kind = _rulesets[rulesetId].exitsOf(target).kindOf();
        _records[id] = _take(id, record, target, kind, gate, evidenceHash, caller);
    }

    /// @dev Tells what the record becomes: who calls it stores that, before anybody else is called. The only source of EXECUTE.
    function _take(
        SettlementId id,
        PackedRecord record,
        uint8 target,
        StateKind kind,
        Gate gate,
        bytes32 evidenceHash,
        address caller
    ) private returns (PackedRecord) {
        emit StateTransition(id, record.state(), target, gate, evidenceHash, caller);
        record = record.entering(target, kind);
        if (kind != StateKind.EXECUTING && kind != StateKind.FAILED) return record;
        Verdict verdict = kind == StateKind.EXECUTING ? Verdict.EXECUTE : Verdict.ROLLBACK;
        emit VerdictTaken(id, verdict);
        return record.deciding(verdict);
    }

    /// @dev Where all legs are on this chain the payouts and the step to Finalized belong to the verdict: all or nothing.
    function _execute(SettlementId id, Terms calldata terms, uint8 target, bytes32 evidenceHash, address caller) private {
        PackedRecord record = _records[id];
        _enter(id, record, RulesetId.wrap(terms.ruleset), target, Gate.DEPOSITS_LOCKED, evidenceHash, caller);
        if (!_isWhole(terms)) return;

        // Interaction: the escrow pays, or reverts, and reports back by `reportSettled`.
        bytes memory data = TermsCall.encode(IEscrowCore.settle.selector, terms);
        if (!LowLevelCall.callNoReturn(address(ESCROW), data)) LowLevelCall.bubbleRevert();
        if (_records[id].kind() != StateKind.FINALIZED) revert SettlementCoordinator_PayoutIncomplete(id);
    }

    /// @dev Only payouts can fail, so only they need the frame.
    /// @return executed False when the frame failed and left everything as it was.
    function _tryExecute(SettlementId id, Terms calldata terms, uint8 target) private returns (bool executed) {
        if (!_isWhole(terms)) {
            _execute(id, terms, target, 0, msg.sender);
            _payLocalLegs(id, terms);
            return true;
        }
        uint256 gasBefore = gasleft();
        bytes memory head = abi.encodeWithSelector(this.execute.selector, id, EXECUTE_HEAD, target, msg.sender);
        bytes memory reason;
        (executed, reason) = BoundedCall.tryCall(address(this), gasleft(), TermsCall.append(head, terms));
        if (executed) return true;
        _requireEarnest(gasBefore, terms);
        emit StepFailed(id, reason);
    }

    /// @dev After the verdict, where legs are on several chains. A failure leaves the legs to `claim`.
    function _payLocalLegs(SettlementId id, Terms calldata terms) private {
        if (_isWhole(terms) || !_hasLegOn(terms, COORDINATOR_CHAIN)) return;
        uint256 gasBefore = gasleft();
        bytes memory data = TermsCall.encode(IEscrowCore.release.selector, terms);
        (bool ok, bytes memory reason) = BoundedCall.tryCall(address(ESCROW), gasleft(), data);
        if (ok) return;
        _requireEarnest(gasBefore, terms);
        emit StepFailed(id, reason);
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
        bytes memory data = TermsCall.append(abi.encode(uint256(0x20)), terms);
        assembly ("memory-safe") {
            log4(add(data, 0x20), mload(data), topic, id, ref, ruleset)
        }
    }

    /// @param bit The chain's.
    function _recordLock(SettlementId id, uint64 chainId, uint8 bit) private {
        PackedRecord record = _records[id];
        if (record.lockMask() & bit != 0) return;
        _records[id] = record.withLock(bit);
        emit LockReported(id, chainId);
    }

    /// @dev Tells what the record becomes: who calls it stores that.
    /// @param bit The chain's.
    function _released(SettlementId id, PackedRecord record, uint64 chainId, uint8 bit) private returns (PackedRecord) {
        if (record.releaseMask() & bit != 0) return record;
        emit ReleaseReported(id, chainId);
        return record.withRelease(bit);
    }

    /// @dev A message counts only from the messenger and never for this chain's escrow, which reports in person.
    function _bitOfSource(uint64 sourceChainId) private view returns (uint8 bit) {
        if (msg.sender != address(MESSENGER)) revert SettlementCoordinator_NotAuthorized(msg.sender);
        bit = _rowBit(sourceChainId);
        if (bit == 0 || bit == HOME_BIT) revert SettlementCoordinator_UnknownSource(sourceChainId);
    }

    function _hasLegOn(Terms calldata terms, uint64 chainId) private pure returns (bool) {
        Leg[] calldata legs = terms.legs;
        for (uint256 i = 0; i < legs.length; ++i) {
            if (legs[i].chainId == chainId) return true;
        }
        return false;
    }

    /// @dev The dearer message if the value covers it and it can be priced at all; the bare one is always enough.
    function _affordable(bytes memory encoded, uint64 chainId) private view returns (uint256 fee, bool carryTerms) {
        (carryTerms, fee) = MESSENGER.tryQuote(chainId, MessageKind.VERDICT, encoded, true);
        if (carryTerms && msg.value >= fee) return (fee, true);
        bool priced;
        (priced, fee) = MESSENGER.tryQuote(chainId, MessageKind.VERDICT, encoded, false);
        if (!priced) LowLevelCall.bubbleRevert();
        return (fee, false);
    }

    function _returnValue(uint256 amount) private {
        if (amount == 0) return;
        (bool ok,) = msg.sender.call{ value: amount }("");
        if (!ok) revert SettlementCoordinator_ValueReturnFailed(msg.sender, amount);
    }
}
