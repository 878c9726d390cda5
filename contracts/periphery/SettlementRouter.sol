// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IComplianceRegistry } from "../interfaces/IComplianceRegistry.sol";
import { IKeystoneEscrow } from "../interfaces/IKeystoneEscrow.sol";
import { IKeystoneRoot } from "../interfaces/IKeystoneRoot.sol";
import { ISettlementCoordinator } from "../interfaces/ISettlementCoordinator.sol";
import { ISettlementRouter } from "../interfaces/ISettlementRouter.sol";
import { Child } from "../types/Deployment.sol";
import { StateKind } from "../types/Ruleset.sol";
import { SettlementId, Terms } from "../types/Terms.sol";

/// @title Several steps of one settlement in one transaction
/// @dev It calls the contracts of the root that it was made for and no address that a caller names; terms of another deployment are the
/// coordinator's to refuse.
contract SettlementRouter is ISettlementRouter {
    ISettlementCoordinator private immutable _COORDINATOR;
    IKeystoneEscrow private immutable _ESCROW;
    IComplianceRegistry private immutable _REGISTRY;

    constructor(IKeystoneRoot root) {
        _COORDINATOR = ISettlementCoordinator(root.addressOf(Child.COORDINATOR));
        _ESCROW = IKeystoneEscrow(root.addressOf(Child.ESCROW));
        _REGISTRY = IComplianceRegistry(root.addressOf(Child.REGISTRY));
    }

    /// @inheritdoc ISettlementRouter
    function open(Terms calldata terms, SignedAttestation[] calldata attestations)
        external
        returns (SettlementId settlementId)
    {
        settlementId = _create(terms, attestations);
        _COORDINATOR.advance(terms);
    }

    /// @inheritdoc ISettlementRouter
    function settle(Terms calldata terms, SignedAttestation[] calldata attestations, SignedDeposit[] calldata deposits)
        external
        returns (SettlementId settlementId)
    {
        settlementId = _create(terms, attestations);
        for (uint256 i = 0; i < deposits.length; ++i) {
            _deposit(terms, deposits[i]);
        }
        // The last deposit takes the settlement to its end, unless somebody else has made it before.
        if (_kindOf(settlementId) == StateKind.FINALIZED) return settlementId;
        _COORDINATOR.advance(terms);
        StateKind kind = _kindOf(settlementId);
        if (kind != StateKind.FINALIZED) revert SettlementRouter_NotFinalized(settlementId, kind);
    }

    function _create(Terms calldata terms, SignedAttestation[] calldata attestations) private returns (SettlementId id) {
        id = _COORDINATOR.createSettlement(terms);
        for (uint256 i = 0; i < attestations.length; ++i) {
            SignedAttestation calldata one = attestations[i];
            _REGISTRY.attestBySig(
                one.attester,
                id,
                terms.parties,
                one.statuses,
                one.referenceHashes,
                one.validUntil,
                one.sequence,
                one.signature
            );
        }
    }

    function _deposit(Terms calldata terms, SignedDeposit calldata one) private {
        if (one.kind == DepositKind.PERMIT2) {
            _ESCROW.depositLegWithPermit2(
                terms, one.legIndex, one.secret, one.openings, one.wallet, one.nonce, one.deadline, one.signature
            );
        } else {
            _ESCROW.depositLegWithAuthorization(
                terms, one.legIndex, one.secret, one.openings, one.wallet, one.validAfter, one.deadline, one.signature
            );
        }
    }

    function _kindOf(SettlementId id) private view returns (StateKind) {
        return _COORDINATOR.stateOf(id).kind;
    }
}
