// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowCore } from "../interfaces/IEscrowCore.sol";
import { GasFloor } from "../libraries/GasFloor.sol";
import { Reason } from "../libraries/Reason.sol";
import { TermsLib } from "../libraries/TermsLib.sol";
import { TokenLib } from "../libraries/TokenLib.sol";
import { Asset } from "../types/Asset.sol";
import { RulesetId } from "../types/Ruleset.sol";
import { Fee, Leg, SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { EscrowState } from "./EscrowState.sol";

/// @title Every way out of the escrow
/// @notice The verdict alone moves a locked leg; an unlocked one goes back once its escrow can never lock it. Booked before it is paid.
/// @dev Two ways to pay: `_payLeg` books a failure and goes on, `_settle` undoes everything. A record is never carried over a
/// call to a token: a verdict may be recorded during it.
abstract contract EscrowPayouts is IEscrowCore, EscrowState {
    using TermsLib for Terms;
    using TermsLib for Leg;

    /// @inheritdoc IEscrowCore
    function claim(Terms calldata terms, uint256 legIndex) external guarded {
        SettlementId id = terms.hash();
        Leg calldata leg = _localLeg(terms, legIndex);
        Record memory record = _records[id];
        uint256 bit = 1 << legIndex;

        // Check
        if (record.deposited & bit == 0) revert KeystoneEscrow_NotDeposited(id, legIndex);
        if (record.paid & bit != 0) {
            _retryFee(id, leg, legIndex);
            return;
        }
        bool execute = _isExecute(id, record, terms);

        // Effect and interaction
        _payLeg(id, leg, legIndex, execute, 0);
        if (execute) _reportIfTried(terms, id);
    }

    /// @inheritdoc IEscrowCore
    function release(Terms calldata terms) external guarded {
        SettlementId id = terms.hash();
        if (!_isExecute(id, _records[id], terms)) revert KeystoneEscrow_OtherVerdict(id, _verdictOf(id));
        _payAll(terms, id, true);
        _reportIfTried(terms, id);
    }

    /// @inheritdoc IEscrowCore
    function refundExpired(Terms calldata terms) external guarded {
        SettlementId id = terms.hash();
        if (_isExecute(id, _records[id], terms)) revert KeystoneEscrow_OtherVerdict(id, Verdict.EXECUTE);
        _payAll(terms, id, false);
    }

    /// @inheritdoc IEscrowCore
    function settle(Terms calldata terms) external guarded {
        if (msg.sender != address(COORDINATOR)) revert KeystoneEscrow_NotAuthorized(msg.sender);
        _settle(terms, terms.hash());
    }

    /// @inheritdoc IEscrowCore
    function followUp(SettlementId settlementId, Terms calldata terms, bool whole) external onlySelf {
        if (!whole) {
            _payAll(terms, settlementId, true);
            _reportIfTried(terms, settlementId);
        } else if (COORDINATOR.advanceReported(settlementId, terms) == Verdict.EXECUTE) {
            _settle(terms, settlementId);
        }
    }

    /// @inheritdoc IEscrowCore
    function transferOut(Asset calldata asset, address to, uint256 amount) external onlySelf {
        (bool ok, bytes memory reason) = TokenLib.push(asset, to, amount);
        if (!ok) Reason.raise(reason);
    }

    /// @dev Whether a deposited leg goes to its recipient; false when it goes back. Reverts while neither is decided.
    function _isExecute(SettlementId id, Record memory record, Terms calldata terms) internal view returns (bool) {
        Verdict verdict = _verdictOf(id);
        if (verdict == Verdict.ROLLBACK) return false;
        if (verdict == Verdict.EXECUTE) {
            if (!record.locked) revert KeystoneEscrow_NotLocked(id);
            return true;
        }
        // From here on this escrow can never lock, so the coordinator can never count it.
        if (!record.locked && block.timestamp >= terms.depositDeadline) return false;
        revert KeystoneEscrow_NotDecided(id);
    }

    /// @dev All legs of this escrow that are still to pay. Stops when the next one could not be judged with the gas left.
    function _payAll(Terms calldata terms, SettlementId id, bool execute) internal {
        Record memory record = _records[id];
        uint256 unpaid = _localLegs(terms) & record.deposited & ~uint256(record.paid);
        // Untried ones first, so that one that burns its gas, coming first each time, keeps no other from its turn.
        uint256 untried = unpaid & ~uint256(record.claimable);
        if (untried != 0) unpaid = untried;
        bool first = true;
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (unpaid & (1 << i) == 0) continue;
            uint256 reserve = 0;
            if (!first) {
                if (execute) reserve = GasFloor.STEP * terms.legs[i].fees.length;
                if (gasleft() < reserve + GasFloor.STEP) return;
            }
            _payLeg(id, terms.legs[i], i, execute, reserve);
            first = false;
        }
    }

    /// @dev Pays one leg and its fees, or refunds it in full. A failure is booked, if the gas was enough to judge it.
    /// @param reserve Gas that the leg's own transfer leaves for its fees.
    function _payLeg(SettlementId id, Leg calldata leg, uint256 legIndex, bool execute, uint256 reserve) internal {
        address to = _wallets[id][execute ? leg.to : leg.from];
        uint256 amount = execute ? leg.amount - leg.feeSum() : leg.amount;

        // Effect
        _setPaid(id, legIndex, execute ? leg.fees.length : 0);

        // Interaction
        uint256 gasBefore = gasleft() - reserve;
        try this.transferOut{ gas: gasBefore }(_assetOf(leg), to, amount) { }
        catch (bytes memory reason) {
            _requireEarnest(gasBefore, GasFloor.FLOOR);
            _setClaimable(id, legIndex);
            emit LegClaimable(id, uint8(legIndex), Reason.clip(reason));
            return;
        }
        if (!execute) {
            emit LegRefunded(id, uint8(legIndex), to, amount);
            return;
        }
        emit LegReleased(id, uint8(legIndex), to, amount);
        for (uint256 i = 0; i < leg.fees.length; ++i) {
            if (gasleft() < GasFloor.STEP) {
                // A transfer that used up the fees' share too, though it had its own floor beside it: the fee stays owed.
                _requireEarnest(gasBefore + reserve, GasFloor.FLOOR + GasFloor.STEP * leg.fees.length);
                emit FeeOwed(id, uint8(legIndex), uint8(i), leg.fees[i].recipient, leg.fees[i].amount);
                continue;
            }
            _payFee(id, leg, legIndex, i, GasFloor.FLOOR);
        }
    }

    /// @return paid False when the fee stays owed.
    function _payFee(SettlementId id, Leg calldata leg, uint256 legIndex, uint256 feeIndex, uint256 gasCap)
        private
        returns (bool paid)
    {
        Fee calldata fee = leg.fees[feeIndex];

        // Effect
        _records[id].feesOwed &= ~_feeBit(legIndex, feeIndex);

        // Interaction
        try this.transferOut{ gas: gasCap }(_assetOf(leg), fee.recipient, fee.amount) {
            emit FeePaid(id, uint8(legIndex), uint8(feeIndex), fee.recipient, fee.amount);
            return true;
        } catch {
            _records[id].feesOwed |= _feeBit(legIndex, feeIndex);
            emit FeeOwed(id, uint8(legIndex), uint8(feeIndex), fee.recipient, fee.amount);
        }
    }

    /// @dev One owed fee with all gas, the one under the leg's cursor first. Nothing owed is a no-op.
    function _retryFee(SettlementId id, Leg calldata leg, uint256 legIndex) private {
        Record memory record = _records[id];
        uint256 owed = (record.feesOwed >> (TermsLib.MAX_FEES * legIndex)) & 0xf;
        if (owed == 0) return;
        uint256 shift = 2 * legIndex;
        uint256 feeIndex = (record.feeCursor >> shift) & 3;
        while (owed & (1 << feeIndex) == 0) feeIndex = (feeIndex + 1) & 3;

        uint256 gasBefore = gasleft();
        if (_payFee(id, leg, legIndex, feeIndex, gasBefore)) return;
        _requireEarnest(gasBefore, GasFloor.FLOOR);
        uint256 others = _records[id].feeCursor & ~(uint256(3) << shift);
        _records[id].feeCursor = uint32(others | (((feeIndex + 1) & 3) << shift));
    }

    /// @dev Pays all of a settlement that lies wholly on the coordinator's chain, inside the frame of its verdict. No floors: what fails
    /// here fails everything.
    function _settle(Terms calldata terms, SettlementId id) private {
        Record memory record = _records[id];
        uint16 legs = _localLegs(terms);

        // Check
        if (!record.locked) revert KeystoneEscrow_NotLocked(id);
        uint256 unpaid = legs & ~uint256(record.paid);

        // Effect
        _records[id].paid = legs;

        // Interaction
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (unpaid & (1 << i) == 0) continue;
            Leg calldata leg = terms.legs[i];
            address recipient = _wallets[id][leg.to];
            uint256 amount = leg.amount - leg.feeSum();
            _pushOrRevert(_assetOf(leg), recipient, amount, i);
            emit LegReleased(id, uint8(i), recipient, amount);
            for (uint256 j = 0; j < leg.fees.length; ++j) {
                Fee calldata fee = leg.fees[j];
                _pushOrRevert(_assetOf(leg), fee.recipient, fee.amount, i);
                emit FeePaid(id, uint8(i), uint8(j), fee.recipient, fee.amount);
            }
        }
        COORDINATOR.reportSettled(id, RulesetId.wrap(terms.ruleset));
    }

    function _pushOrRevert(Asset memory asset, address to, uint256 amount, uint256 legIndex) private {
        (bool ok, bytes memory reason) = TokenLib.push(asset, to, amount);
        if (!ok) revert KeystoneEscrow_PayoutFailed(legIndex, reason);
    }

    /// @dev After EXECUTE on the coordinator's chain: reports once every leg was paid or tried, and takes the step to Finalized. The
    /// coordinator, when it calls, takes it itself. Elsewhere the report is a message (`notifyReleased`).
    function _reportIfTried(Terms calldata terms, SettlementId id) internal {
        if (!_isHome() || !_allTried(terms, id)) return;
        COORDINATOR.reportReleased(id);
        if (msg.sender == address(COORDINATOR)) return;
        try COORDINATOR.advanceReported(id, terms) { }
        catch (bytes memory reason) {
            emit FollowUpFailed(id, Reason.clip(reason));
        }
    }

    function _allTried(Terms calldata terms, SettlementId id) internal view returns (bool) {
        Record memory record = _records[id];
        uint256 legs = _localLegs(terms);
        return legs != 0 && (record.paid | record.claimable) & legs == legs;
    }

    function _setPaid(SettlementId id, uint256 legIndex, uint256 fees) private {
        Record storage record = _records[id];
        uint16 bit = uint16(1 << legIndex);
        record.paid |= bit;
        record.claimable &= ~bit;
        if (fees != 0) record.feesOwed |= uint64(((1 << fees) - 1) << (TermsLib.MAX_FEES * legIndex));
    }

    /// @dev Takes `_setPaid` back and books the failure.
    function _setClaimable(SettlementId id, uint256 legIndex) private {
        Record storage record = _records[id];
        uint16 bit = uint16(1 << legIndex);
        record.paid &= ~bit;
        record.claimable |= bit;
        record.feesOwed &= ~uint64(0xf << (TermsLib.MAX_FEES * legIndex));
    }

    function _feeBit(uint256 legIndex, uint256 feeIndex) private pure returns (uint64) {
        return uint64(1 << (TermsLib.MAX_FEES * legIndex + feeIndex));
    }
}
