// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { GasFloor } from "../libraries/GasFloor.sol";
import { Reason } from "../libraries/Reason.sol";
import { TermsLib } from "../libraries/TermsLib.sol";
import { TokenLib } from "../libraries/TokenLib.sol";
import { Asset } from "../types/Asset.sol";
import { Entry } from "../types/Entry.sol";
import { RulesetId } from "../types/Ruleset.sol";
import { Fee, Leg, SettlementId, Terms } from "../types/Terms.sol";
import { EscrowReports } from "./EscrowReports.sol";

/// @title Every way out of the escrow
/// @notice The verdict alone moves a locked leg, or its recipient's waiver; an unlocked one goes back once its escrow can never lock it.
/// Booked before it is paid.
/// @dev Two ways to pay: `_payLeg` books a failure and goes on, `_settle` undoes everything. An entry is never carried over a
/// call to a token: a verdict may be recorded during it.
abstract contract EscrowPayouts is EscrowReports {
    using TermsLib for Leg;

    /// @dev All legs of this escrow that are still to pay. Stops when the next one could not be judged with the gas left.
    function _payAll(Terms calldata terms, SettlementId id, bool execute) internal {
        Entry entry = _entries[id];
        uint256 unpaid = _localLegs(terms) & entry.deposited() & ~uint256(entry.paid());
        // Untried ones first, so that one that burns its gas, coming first each time, keeps no other from its turn.
        uint256 untried = unpaid & ~uint256(entry.claimable());
        if (untried != 0) unpaid = untried;
        bool first = true;
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (unpaid & (1 << i) == 0) continue;
            uint256 reserve = 0;
            if (!first) {
                if (execute && entry.waived() & (1 << i) == 0) reserve = GasFloor.STEP * terms.legs[i].fees.length;
                if (gasleft() < reserve + GasFloor.STEP) return;
            }
            _payLeg(id, terms.legs[i], i, execute, reserve);
            first = false;
        }
    }

    /// @dev Pays one leg and its fees, or gives it back in full: after ROLLBACK, and when it is waived. A failure is booked, if the gas was
    /// enough to judge it.
    /// @param reserve Gas that the leg's own transfer leaves for its fees.
    function _payLeg(SettlementId id, Leg calldata leg, uint256 legIndex, bool execute, uint256 reserve) internal {
        Entry entry = _entries[id];
        uint256 bit = 1 << legIndex;
        bool waived = entry.waived() & bit != 0;
        bool releases = execute && !waived;
        address to = _payeeOf(entry, id, leg, legIndex, releases);
        uint256 amount = releases ? leg.amount - leg.feeSum() : leg.amount;

        // Effect
        _entries[id] = entry.withPaid(bit);

        // Interaction
        uint256 gasBefore = gasleft() - reserve;
        try ESCROW.transferOut{ gas: gasBefore }(_assetOf(leg), to, amount) { }
        catch (bytes memory reason) {
            _requireEarnest(gasBefore, GasFloor.FLOOR);
            _entries[id] = _entries[id].withClaimable(bit);
            emit LegClaimable(id, uint8(legIndex), Reason.clip(reason));
            return;
        }
        if (waived) {
            emit LegReturned(id, uint8(legIndex), to);
        } else if (releases) {
            emit LegReleased(id, uint8(legIndex), to, amount);
            if (leg.fees.length != 0) _payFees(id, leg, legIndex, gasBefore + reserve);
        } else {
            emit LegRefunded(id, uint8(legIndex), to, amount);
        }
    }

    /// @param gasBefore What there was before the leg's transfer, for the fees and for itself.
    function _payFees(SettlementId id, Leg calldata leg, uint256 legIndex, uint256 gasBefore) private {
        uint256 owed = 0;
        for (uint256 i = 0; i < leg.fees.length; ++i) {
            if (gasleft() < GasFloor.STEP) {
                // A transfer that used up the fees' share too, though it had its own floor beside it: the fee stays owed.
                _requireEarnest(gasBefore, GasFloor.FLOOR + GasFloor.STEP * leg.fees.length);
                emit FeeOwed(id, uint8(legIndex), uint8(i), leg.fees[i].recipient, leg.fees[i].amount);
                owed |= _feeBit(legIndex, i);
            } else if (!_tryFee(id, leg, legIndex, i, GasFloor.FLOOR)) {
                owed |= _feeBit(legIndex, i);
            }
        }
        if (owed != 0) _owedFees[id].mask |= uint64(owed);
    }

    /// @return paid False when the fee stays owed, which the caller books.
    function _tryFee(SettlementId id, Leg calldata leg, uint256 legIndex, uint256 feeIndex, uint256 gasCap)
        private
        returns (bool paid)
    {
        Fee calldata fee = leg.fees[feeIndex];
        try ESCROW.transferOut{ gas: gasCap }(_assetOf(leg), fee.recipient, fee.amount) {
            emit FeePaid(id, uint8(legIndex), uint8(feeIndex), fee.recipient, fee.amount);
            return true;
        } catch {
            emit FeeOwed(id, uint8(legIndex), uint8(feeIndex), fee.recipient, fee.amount);
        }
    }

    /// @dev One owed fee with all gas, the one under the leg's cursor first. Nothing owed is a no-op.
    function _retryFee(SettlementId id, Leg calldata leg, uint256 legIndex) internal {
        OwedFees memory fees = _owedFees[id];
        uint256 owed = (fees.mask >> (TermsLib.MAX_FEES * legIndex)) & 0xf;
        if (owed == 0) return;
        uint256 shift = 2 * legIndex;
        uint256 feeIndex = (fees.cursor >> shift) & 3;
        while (owed & (1 << feeIndex) == 0) feeIndex = (feeIndex + 1) & 3;

        // Effect
        _owedFees[id].mask = fees.mask & ~uint64(_feeBit(legIndex, feeIndex));

        // Interaction
        uint256 gasBefore = gasleft();
        if (_tryFee(id, leg, legIndex, feeIndex, gasBefore)) return;
        _requireEarnest(gasBefore, GasFloor.FLOOR);
        uint256 others = fees.cursor & ~(uint256(3) << shift);
        _owedFees[id] = OwedFees(fees.mask, uint32(others | (((feeIndex + 1) & 3) << shift)));
    }

    /// @dev Pays all of a settlement that lies wholly on the coordinator's chain, inside the frame of its verdict. No floors: what fails
    /// here fails everything. A waived leg is no part of it: nobody but its depositor waits for it.
    function _settle(Terms calldata terms, SettlementId id) internal {
        Entry entry = _entries[id];

        // Check
        if (!entry.isLocked()) revert KeystoneEscrow_NotLocked(id);
        uint256 unpaid = entry.deposited() & ~uint256(entry.paid() | entry.waived());

        // Effect
        _entries[id] = entry.withPaid(unpaid);

        // Interaction
        Leg[] calldata legs = terms.legs;
        for (uint256 i = 0; i < legs.length; ++i) {
            if (unpaid & (1 << i) == 0) continue;
            Leg calldata leg = legs[i];
            Asset memory asset = _assetOf(leg);
            address recipient = _walletIn(entry, id, leg.to);
            uint256 amount = leg.amount - leg.feeSum();
            _pushOrRevert(asset, recipient, amount, i);
            emit LegReleased(id, uint8(i), recipient, amount);
            for (uint256 j = 0; j < leg.fees.length; ++j) {
                Fee calldata fee = leg.fees[j];
                _pushOrRevert(asset, fee.recipient, fee.amount, i);
                emit FeePaid(id, uint8(i), uint8(j), fee.recipient, fee.amount);
            }
        }
        if (entry.waived() == 0) _forget(legs, entry, id);
        COORDINATOR.reportSettled(id, RulesetId.wrap(terms.ruleset));
    }

    /// @dev Wallets that nothing is left to be paid to; where the last one came in this very transaction, its slot costs next to nothing.
    function _forget(Leg[] calldata legs, Entry entry, SettlementId id) private {
        for (uint256 i = 0; i < legs.length; ++i) {
            uint8 to = legs[i].to;
            if (to != entry.firstParty()) _wallets[id][to] = address(0);
        }
    }

    function _pushOrRevert(Asset memory asset, address to, uint256 amount, uint256 legIndex) private {
        (bool ok, bytes memory reason) = TokenLib.push(asset, to, amount);
        if (!ok) revert KeystoneEscrow_PayoutFailed(legIndex, reason);
    }

    function _feeBit(uint256 legIndex, uint256 feeIndex) private pure returns (uint256) {
        return 1 << (TermsLib.MAX_FEES * legIndex + feeIndex);
    }
}
