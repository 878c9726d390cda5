// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../contracts/interfaces/IEscrowBase.sol";
import { ISettlementCoordinator } from "../../contracts/interfaces/ISettlementCoordinator.sol";
import { StateKind } from "../../contracts/types/Ruleset.sol";
import { Verdict } from "../../contracts/types/Terms.sol";
import { AttesterActs } from "./actions/AttesterActs.sol";
import { Ending } from "./actions/Ending.sol";
import { IssuerActs } from "./actions/IssuerActs.sol";
import { PartyActs } from "./actions/PartyActs.sol";
import { StrangerActs } from "./actions/StrangerActs.sol";
import { StuckActs } from "./actions/StuckActs.sol";

/// @title Everybody who acts in the two chains' world, and the good will that brings settlements forward
/// @notice Chance alone would rarely get past the gates: `proceed` takes the next steps that willing parties would take.
contract Handler is PartyActs, StuckActs, AttesterActs, IssuerActs, StrangerActs, Ending {
    constructor() {
        _provePath();
        _observe();
    }

    /// @notice Up to eight next steps of one settlement. A closing trade waits for its opening one, which is the first, and for its time.
    function proceed(uint256 trade, uint256 steps) external {
        trade = _trade(trade);
        for (steps = 1 + steps % 8; steps != 0; --steps) {
            bool moved = _seenSettlement[trade].verdict == Verdict.NONE ? _towardsVerdict(trade) : _afterVerdict(trade);
            _observe();
            if (!moved) return;
        }
    }

    /// @notice What the runner may call. More than once where chance should favour it.
    function acts() external pure returns (bytes4[] memory list) {
        list = new bytes4[](64);
        uint256 n = 0;
        for (uint256 i = 0; i < 4; ++i) {
            list[n++] = this.proceed.selector;
        }
        list[n++] = this.deposit.selector;
        list[n++] = this.deposit.selector;
        list[n++] = this.depositWithCopiedSecret.selector;
        list[n++] = this.depositAgain.selector;
        list[n++] = this.reveal.selector;
        list[n++] = this.notifyLocked.selector;
        list[n++] = this.notifyReleased.selector;
        list[n++] = this.claim.selector;
        list[n++] = this.release.selector;
        list[n++] = this.refundExpired.selector;
        list[n++] = this.waive.selector;
        list[n++] = this.waiveBySig.selector;
        list[n++] = this.redirect.selector;
        list[n++] = this.create.selector;
        list[n++] = this.advance.selector;
        list[n++] = this.step.selector;
        list[n++] = this.timeout.selector;
        list[n++] = this.cancel.selector;
        list[n++] = this.dispatch.selector;
        list[n++] = this.clearAll.selector;
        list[n++] = this.attest.selector;
        list[n++] = this.attestBySig.selector;
        list[n++] = this.revoke.selector;
        list[n++] = this.overrideWord.selector;
        list[n++] = this.verify.selector;
        list[n++] = this.execute.selector;
        list[n++] = this.deliver.selector;
        list[n++] = this.deliverNext.selector;
        list[n++] = this.redeliver.selector;
        list[n++] = this.forge.selector;
        list[n++] = this.misbehave.selector;
        list[n++] = this.behave.selector;
        list[n++] = this.freeze.selector;
        list[n++] = this.donate.selector;
        list[n++] = this.wait.selector;
        list[n++] = this.waitUntil.selector;
        list[n++] = this.trespass.selector;
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }

    function _towardsVerdict(uint256 trade) private returns (bool) {
        if (_terms[trade].parent != 0 && _seenSettlement[0].kind != StateKind.FINALIZED) {
            return _seenSettlement[0].verdict == Verdict.NONE ? _towardsVerdict(0) : _afterVerdict(0);
        }
        for (uint256 side = 0; side < SIDES; ++side) {
            if (clock[side] < _terms[trade].notBefore) clock[side] = _terms[trade].notBefore;
        }
        ISettlementCoordinator.Record memory record = _seenSettlement[trade];
        if (!record.created) return _create(trade);
        if (!_isClear(trade) && !_isVetoed(trade) && record.kind < StateKind.DEPOSIT) {
            _clearAll(trade);
            return true;
        }
        if (record.kind < StateKind.DEPOSIT) return _advance(trade, TRANSACTION_GAS);
        for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
            if (_seenLeg[trade][i] == IEscrowBase.LegStatus.EMPTY) return _deposit(trade, i, true, true, TRANSACTION_GAS);
        }
        return _deliverOf(trade) || _advance(trade, TRANSACTION_GAS);
    }

    function _afterVerdict(uint256 trade) private returns (bool) {
        for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
            bool held = _seenLeg[trade][i] != IEscrowBase.LegStatus.EMPTY
                && _seenEscrow[trade][_sideOf(trade, i)].paid & (1 << i) == 0;
            if (held && _claim(trade, i, TRANSACTION_GAS)) return true;
        }
        if (_deliverOf(trade)) return true;
        if (!_hasLegOn(trade, AWAY)) return false;
        if (_seenEscrow[trade][AWAY].verdict == Verdict.NONE) return _dispatch(trade, true, TRANSACTION_GAS);
        if (_seenSettlement[trade].verdict != Verdict.EXECUTE) return false;
        return _seenSettlement[trade].kind == StateKind.EXECUTING && _notifyReleased(trade, AWAY, PLENTY);
    }

    /// @dev The oldest message about the settlement that has not arrived.
    function _deliverOf(uint256 trade) private returns (bool) {
        for (uint256 i = 0; i < _packets.length; ++i) {
            if (_packets[i].executed || _packets[i].trade != trade) continue;
            _deliver(i);
            return true;
        }
        return false;
    }
}
