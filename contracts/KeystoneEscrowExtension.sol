// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { EscrowAuthorized } from "./escrow/EscrowAuthorized.sol";
import { EscrowStuck } from "./escrow/EscrowStuck.sol";
import { IEscrowExtension } from "./interfaces/IEscrowExtension.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { MessageKind } from "./types/Deployment.sol";
import { Entry } from "./types/Entry.sol";
import { SettlementId, Terms, Verdict } from "./types/Terms.sol";

/// @title The rest of the escrow's code
/// @notice Stateless: it runs in the escrow's name and storage, or not at all.
contract KeystoneEscrowExtension is EscrowAuthorized, EscrowStuck {
    using TermsLib for Terms;

    // ---------------------------------------------------------------- reports

    /// @inheritdoc IEscrowExtension
    function notifyReleased(Terms calldata terms) external payable delegated guarded {
        SettlementId id = terms.hash();

        // Check
        if (!_isExecute(id, _entries[id].isLocked(), terms)) revert KeystoneEscrow_OtherVerdict(id, _verdictOf(id));
        if (!_allTried(terms, id)) revert KeystoneEscrow_NotReleased(id);

        // Interaction
        if (_isHome()) {
            _reportIfTried(terms, id);
            _returnValue(msg.value);
        } else {
            _send(MessageKind.RELEASED, terms, id);
        }
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc IEscrowExtension
    function stateOf(SettlementId settlementId) external view delegated returns (Record memory) {
        Entry entry = _entries[settlementId];
        OwedFees memory fees = _owedFees[settlementId];
        return Record({
            verdict: _verdictOf(settlementId),
            locked: entry.isLocked(),
            deposited: entry.deposited(),
            paid: entry.paid(),
            claimable: entry.claimable(),
            waived: entry.waived(),
            feesOwed: fees.mask,
            feeCursor: fees.cursor
        });
    }

    /// @inheritdoc IEscrowExtension
    function verdictOf(SettlementId settlementId) external view delegated returns (Verdict) {
        return _verdictOf(settlementId);
    }

    /// @inheritdoc IEscrowExtension
    function legStatus(SettlementId settlementId, uint256 legIndex) external view delegated returns (LegStatus) {
        Entry entry = _entries[settlementId];
        uint256 bit = 1 << legIndex;
        if (entry.deposited() & bit == 0) return LegStatus.EMPTY;
        if (entry.waived() & bit != 0) return LegStatus.WAIVED;
        if (entry.paid() & bit == 0) return entry.isLocked() ? LegStatus.LOCKED : LegStatus.DEPOSITED;
        bool released = entry.isLocked() && _verdictOf(settlementId) == Verdict.EXECUTE;
        return released ? LegStatus.RELEASED : LegStatus.REFUNDED;
    }

    /// @inheritdoc IEscrowExtension
    function walletOf(SettlementId settlementId, uint256 partyIndex) external view delegated returns (address) {
        return _walletIn(_entries[settlementId], settlementId, partyIndex);
    }

    /// @inheritdoc IEscrowExtension
    function redirectOf(SettlementId settlementId, uint256 legIndex) external view delegated returns (address) {
        return _redirects[settlementId][legIndex];
    }

    /// @inheritdoc IEscrowExtension
    function pathProven() external view delegated returns (bool) {
        return _isHome() || _verdictArrived;
    }

    /// @inheritdoc IEscrowExtension
    function quoteLocked(Terms calldata terms, bool carryTerms) external view delegated returns (uint256 fee) {
        return _quote(MessageKind.LOCKED, terms, carryTerms);
    }

    /// @inheritdoc IEscrowExtension
    function quoteReleased(Terms calldata terms, bool carryTerms) external view delegated returns (uint256 fee) {
        return _quote(MessageKind.RELEASED, terms, carryTerms);
    }
}
