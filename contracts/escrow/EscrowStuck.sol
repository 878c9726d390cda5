// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowExtension } from "../interfaces/IEscrowExtension.sol";
import { EscrowDigest } from "../libraries/EscrowDigest.sol";
import { SignatureLib } from "../libraries/SignatureLib.sol";
import { TermsLib } from "../libraries/TermsLib.sol";
import { Entry } from "../types/Entry.sol";
import { Leg, SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { EscrowDelegated } from "./EscrowDelegated.sol";
import { EscrowReports } from "./EscrowReports.sol";

/// @title What the one who would lose may do about a leg that is stuck
/// @notice Decides, and pays nothing: `claim` does.
abstract contract EscrowStuck is IEscrowExtension, EscrowDelegated, EscrowReports {
    using TermsLib for Terms;

    /// @inheritdoc IEscrowExtension
    function waive(Terms calldata terms, uint256 legIndex) external delegated guarded {
        (SettlementId id, Entry entry, address recipient) = _waivable(terms, legIndex);
        if (recipient == address(0)) return;

        // Check
        if (msg.sender != recipient) revert KeystoneEscrow_NotEntitled(legIndex, msg.sender);

        // Effect
        _waive(terms, id, entry, legIndex, recipient);
    }

    /// @inheritdoc IEscrowExtension
    function waiveBySig(Terms calldata terms, uint256 legIndex, uint40 validUntil, bytes calldata signature)
        external
        delegated
        guarded
    {
        (SettlementId id, Entry entry, address recipient) = _waivable(terms, legIndex);
        if (recipient == address(0)) return;
        Leg calldata leg = terms.legs[legIndex];

        // Check
        _checkValidity(validUntil);
        bytes32 digest = EscrowDigest.ofWaive(id, leg, legIndex, _walletIn(entry, id, leg.from), validUntil);
        if (!SignatureLib.isBy(recipient, digest, signature)) revert KeystoneEscrow_InvalidSignature(recipient);

        // Effect
        _waive(terms, id, entry, legIndex, recipient);
    }

    /// @inheritdoc IEscrowExtension
    function redirect(
        Terms calldata terms,
        uint256 legIndex,
        address wallet,
        uint40 validUntil,
        bytes[] calldata signatures
    ) external delegated guarded {
        SettlementId id = terms.hash();
        (Leg calldata leg, Entry entry) = _unpaidLeg(terms, id, legIndex);

        // Check
        bool asRecipient = entry.waived() & (1 << legIndex) == 0 && _isExecute(id, entry.isLocked(), terms);
        if (msg.sender != _payeeOf(entry, id, leg, legIndex, asRecipient)) {
            revert KeystoneEscrow_NotEntitled(legIndex, msg.sender);
        }
        if (wallet == address(0) || wallet == address(this) || wallet == leg.token) {
            revert KeystoneEscrow_InvalidRecipient(asRecipient ? leg.to : leg.from, wallet);
        }
        _checkValidity(validUntil);
        _checkAttesters(terms, EscrowDigest.ofRedirect(id, legIndex, wallet, validUntil), signatures);

        // Effect
        _entries[id] = entry.withRedirect();
        _redirects[id][legIndex] = wallet;
        emit LegRedirected(id, uint8(legIndex), wallet);
    }

    function _unpaidLeg(Terms calldata terms, SettlementId id, uint256 legIndex)
        private
        view
        returns (Leg calldata leg, Entry entry)
    {
        leg = _localLeg(terms, legIndex);
        entry = _entries[id];
        if (entry.deposited() & (1 << legIndex) == 0) revert KeystoneEscrow_NotDeposited(id, legIndex);
        if (entry.paid() & (1 << legIndex) != 0) revert KeystoneEscrow_AlreadyPaid(id, legIndex);
    }

    /// @return id What the terms hash to.
    /// @return entry As it is stored.
    /// @return recipient Who may waive the leg; zero when it is waived already.
    function _waivable(Terms calldata terms, uint256 legIndex)
        private
        view
        returns (SettlementId id, Entry entry, address recipient)
    {
        id = terms.hash();
        if (_entries[id].waived() & (1 << legIndex) != 0) return (id, entry, recipient);
        Leg calldata leg;
        (leg, entry) = _unpaidLeg(terms, id, legIndex);
        if (!entry.isLocked()) revert KeystoneEscrow_NotLocked(id);
        if (_verdictOf(id) == Verdict.ROLLBACK) revert KeystoneEscrow_OtherVerdict(id, Verdict.ROLLBACK);
        recipient = _payeeOf(entry, id, leg, legIndex, true);
    }

    function _waive(Terms calldata terms, SettlementId id, Entry entry, uint256 legIndex, address recipient)
        private
    {
        _entries[id] = entry.withWaived(1 << legIndex);
        if (entry.isRedirected()) _redirects[id][legIndex] = address(0);
        emit LegWaived(id, uint8(legIndex), recipient);

        // Interaction: it may have been the last leg to wait for.
        if (_verdictOf(id) == Verdict.EXECUTE) _reportIfTried(terms, id);
    }

    function _checkValidity(uint40 validUntil) private view {
        if (block.timestamp > validUntil) revert KeystoneEscrow_SignatureExpired(validUntil, block.timestamp);
    }

    function _checkAttesters(Terms calldata terms, bytes32 digest, bytes[] calldata signatures) private pure {
        uint256 count = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            if (signatures[i].length == 0) continue;
            address attester = i < terms.attesters.length ? terms.attesters[i] : address(0);
            if (!SignatureLib.isByKey(attester, digest, signatures[i])) revert KeystoneEscrow_InvalidSignature(attester);
            ++count;
        }
        if (count < terms.threshold) revert KeystoneEscrow_TooFewAttesters(terms.threshold, count);
    }
}
