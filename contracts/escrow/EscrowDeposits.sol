// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { GasFloor } from "../libraries/GasFloor.sol";
import { Reason } from "../libraries/Reason.sol";
import { TermsLib } from "../libraries/TermsLib.sol";
import { TokenLib } from "../libraries/TokenLib.sol";
import { Asset } from "../types/Asset.sol";
import { MessageKind } from "../types/Deployment.sol";
import { Entry } from "../types/Entry.sol";
import { Leg, Opening, SettlementId, Terms, TokenStandard, Verdict } from "../types/Terms.sol";
import { EscrowReports } from "./EscrowReports.sol";

/// @title Every way into the escrow, and the lock
/// @notice A deposit begins by `_begin`, takes the amount in its own way, and ends by `_finish`.
/// @dev An entry is never carried over a call to a token that may change state: a verdict may be recorded during it.
abstract contract EscrowDeposits is EscrowReports {
    using TermsLib for Terms;
    using TermsLib for Leg;

    uint256 private constant NO_LEG = type(uint256).max;

    /// @dev Checks and books a deposit by `wallet`, which opens the leg's `from` with `secret`.
    /// @param id What the terms hash to.
    /// @return fresh False when the leg is deposited already, so that nothing may be taken.
    function _begin(Terms calldata terms, SettlementId id, uint256 legIndex, bytes32 secret, address wallet)
        internal
        returns (bool fresh)
    {
        Leg calldata leg = _localLeg(terms, legIndex);
        Entry entry = _entries[id];
        (bool validated, Verdict verdict) = _known(id, entry);

        // Check
        if (!validated) terms.validate(_home());
        uint8 from = leg.from;
        _checkOpening(terms, from, secret, wallet);
        if (entry.deposited() & (1 << legIndex) != 0) return false;
        _checkOpenForDeposits(terms, id, verdict);

        // Effect
        entry = _open(terms, id, entry, from, secret, wallet);
        _entries[id] = entry.withDeposited(1 << legIndex);
        emit LegDeposited(id, uint8(legIndex), wallet, secret, leg.token, leg.tokenId, leg.amount);
        return true;
    }

    /// @dev Takes the amount from a wallet that has approved it.
    function _pull(Leg calldata leg, address wallet) internal {
        Asset memory asset = _assetOf(leg);
        _requireClass(asset);
        bool answersHook = asset.standard == TokenStandard.ERC1155;
        if (answersHook) _pulling = asset.token;
        (bool ok, uint256 received, bytes memory reason) = TokenLib.pull(asset, wallet, leg.amount);
        if (answersHook) _pulling = address(0);
        if (!ok) revert KeystoneEscrow_TransferFailed(asset.token, reason);
        if (received != leg.amount) revert KeystoneEscrow_WrongAmountReceived(leg.amount, received);
    }

    function _requireClass(Asset memory asset) internal view {
        // A probe without its gas would hear silence where the token would have answered.
        _requireEarnest(gasleft(), TokenLib.PROBES_GAS);
        if (!TokenLib.isOfClass(asset)) revert KeystoneEscrow_WrongTokenClass(asset.token, uint8(asset.standard));
    }

    /// @dev What a deposit or reveal ends with: openings, the lock if it is complete, the report. Nothing that fails in the report undoes
    /// what came before it.
    function _finish(Terms calldata terms, SettlementId id, Opening[] calldata openings) internal {
        Entry entry = _entries[id];
        // Nothing to open or to give back, and no lock: so ends every deposit but the last.
        if (openings.length == 0 && msg.value == 0 && !_isDeposited(terms, entry)) return;

        for (uint256 i = 0; i < openings.length; ++i) {
            Opening calldata opening = openings[i];
            _checkOpening(terms, opening.partyIndex, opening.secret, opening.wallet);
            entry = _open(terms, id, entry, opening.partyIndex, opening.secret, opening.wallet);
        }
        bool locksNow = false;
        if (!entry.isLocked()) (locksNow,) = _isReady(terms, id, entry);

        // Effect
        if (locksNow) {
            entry = entry.withLock();
            emit LegsLocked(id);
        }
        if (locksNow || openings.length != 0) _entries[id] = entry;

        // Interaction
        uint256 unspent = msg.value;
        if (locksNow && _isHome()) {
            COORDINATOR.reportLocked(id);
            _followUp(terms, id);
        } else if (entry.isLocked() && msg.value != 0 && !_isHome()) {
            // Also where someone else completed the lock first, maybe without paying for the report.
            uint256 gasBefore = gasleft();
            (bool sent, uint256 fee, bytes memory reason) = _trySend(MessageKind.LOCKED, terms, id);
            if (sent) {
                unspent -= fee;
            } else if (msg.value >= fee) {
                // Paid for and not sent. For want of gas this must not pass, or an estimate would settle on it.
                _requireEarnest(gasBefore, GasFloor.FLOOR);
                emit FollowUpFailed(id, Reason.clip(reason));
            }
        }
        _returnValue(unspent);
    }

    /// @dev Locks, or says what is missing.
    function _lock(Terms calldata terms, SettlementId id) internal {
        Entry entry = _entries[id];
        if (entry.isLocked()) return;

        // Check
        (bool ready, uint256 barred) = _isReady(terms, id, entry);
        if (barred != NO_LEG) {
            revert KeystoneEscrow_RecipientNotEligible(barred, _walletIn(entry, id, terms.legs[barred].to));
        }
        if (!ready) revert KeystoneEscrow_NotLocked(id);

        // Effect
        _entries[id] = entry.withLock();
        emit LegsLocked(id);
    }

    /// @dev Only a deposit validates terms; so no leg, no lock.
    /// @return ready Whether this escrow can lock now.
    /// @return barred The first leg whose recipient its token would not let receive, if that is all that is missing.
    function _isReady(Terms calldata terms, SettlementId id, Entry entry)
        private
        view
        returns (bool ready, uint256 barred)
    {
        barred = NO_LEG;
        Leg[] calldata legs = terms.legs;
        if (!_isDeposited(terms, entry)) return (false, barred);
        if (block.timestamp >= terms.depositDeadline || _verdictOf(id) != Verdict.NONE) return (false, barred);
        for (uint256 i = 0; i < legs.length; ++i) {
            if (entry.deposited() & (1 << i) == 0) continue;
            address recipient = _walletIn(entry, id, legs[i].to);
            if (recipient == address(0)) return (false, NO_LEG);
            // After the verdict there is no way back, so what the tokens can tell is asked before.
            if (barred == NO_LEG && !_isEligible(legs[i], recipient)) barred = i;
        }
        return (barred == NO_LEG, barred);
    }

    /// @dev Whether this escrow has every leg that it is to have, and has one at all.
    function _isDeposited(Terms calldata terms, Entry entry) private view returns (bool) {
        uint16 deposited = entry.deposited();
        return deposited != 0 && deposited == _localLegs(terms);
    }

    function _isEligible(Leg calldata leg, address recipient) private view returns (bool) {
        // Only these can be asked; for all others the question would cost more than the answer.
        if (leg.standard != TokenStandard.ERC3643 && leg.standard != TokenStandard.ERC1400) return true;
        uint256 gasBefore = gasleft();
        if (TokenLib.canReceive(_assetOf(leg), recipient, leg.amount - leg.feeSum())) return true;
        _requireEarnest(gasBefore, TokenLib.ELIGIBILITY_GAS);
        return false;
    }

    /// @dev Of an opening that is right. Returns the entry that the caller is to store. A party that is open already stays so at any time.
    function _open(
        Terms calldata terms,
        SettlementId id,
        Entry entry,
        uint8 partyIndex,
        bytes32 secret,
        address wallet
    ) private returns (Entry) {
        bool first = entry.firstWallet() == address(0);
        // What was forgotten (`EscrowPayouts._settle`) is not wanted again.
        if (!first && (entry.isSpent() || _walletIn(entry, id, partyIndex) != address(0))) return entry;

        // Check
        _checkDeadline(terms);
        bool invalid =
            wallet == address(0) || wallet == address(this) || _receivesItself(terms, partyIndex, wallet);
        if (invalid) revert KeystoneEscrow_InvalidRecipient(partyIndex, wallet);

        // Effect
        emit RecipientRevealed(id, partyIndex, wallet, secret);
        if (first) return entry.withFirst(partyIndex, wallet);
        _wallets[id][partyIndex] = wallet;
        return entry;
    }

    /// @return validated Whether the coordinator of this chain has created these terms, and so validated them.
    function _known(SettlementId id, Entry entry) private view returns (bool validated, Verdict verdict) {
        return _isHome() ? COORDINATOR.statusOf(id) : (false, entry.verdict());
    }

    function _checkOpening(Terms calldata terms, uint256 partyIndex, bytes32 secret, address wallet) private pure {
        if (partyIndex >= terms.parties.length || keccak256(abi.encode(secret, wallet)) != terms.parties[partyIndex]) {
            revert KeystoneEscrow_WrongOpening(partyIndex, wallet);
        }
    }

    function _checkOpenForDeposits(Terms calldata terms, SettlementId id, Verdict verdict) private view {
        _checkDeadline(terms);
        if (block.timestamp < terms.notBefore) revert KeystoneEscrow_NotYetOpen(terms.notBefore, block.timestamp);
        if (verdict != Verdict.NONE) revert KeystoneEscrow_AlreadyDecided(id);
        // A verdict that could not travel would leave the deposit locked for good.
        if (_isWhole(terms)) return;
        bool proven = _isHome() || _verdictArrived;
        if (!proven || !MESSENGER.isSealed()) revert KeystoneEscrow_PathNotOpen();
    }

    function _checkDeadline(Terms calldata terms) private view {
        if (block.timestamp >= terms.depositDeadline) {
            revert KeystoneEscrow_DepositDeadlinePassed(terms.depositDeadline, block.timestamp);
        }
    }
}
