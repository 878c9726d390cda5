// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { IComplianceRegistry } from "../interfaces/IComplianceRegistry.sol";
import { IEscrowExtension } from "../interfaces/IEscrowExtension.sol";
import { IKeystoneEscrow } from "../interfaces/IKeystoneEscrow.sol";
import { IKeystoneRoot } from "../interfaces/IKeystoneRoot.sol";
import { ISettlementCoordinator } from "../interfaces/ISettlementCoordinator.sol";
import { ISettlementRouter } from "../interfaces/ISettlementRouter.sol";
import { TermsCall } from "../libraries/TermsCall.sol";
import { Child } from "../types/Deployment.sol";
import { StateKind } from "../types/Ruleset.sol";
import { SettlementId, Terms } from "../types/Terms.sol";

/// @title Several steps of one settlement in one transaction
/// @dev It calls the contracts of the root that it was made for and no address that a caller names; terms of another deployment are the
/// coordinator's to refuse.
contract SettlementRouter is ISettlementRouter {
    /// @dev Where the terms lie where they are the only argument.
    uint256 private constant TERMS_HEAD = 32;
    /// @dev Where the terms lie behind the arguments of a deposit.
    uint256 private constant DEPOSIT_HEAD = 8 * 32;

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
        bytes memory encoded = TermsCall.encode(terms);
        settlementId = _create(terms, encoded, attestations);
        _askCoordinator(ISettlementCoordinator.advance.selector, encoded);
    }

    /// @inheritdoc ISettlementRouter
    function settle(Terms calldata terms, SignedAttestation[] calldata attestations, SignedDeposit[] calldata deposits)
        external
        returns (SettlementId settlementId)
    {
        bytes memory encoded = TermsCall.encode(terms);
        settlementId = _create(terms, encoded, attestations);
        for (uint256 i = 0; i < deposits.length; ++i) {
            _deposit(encoded, deposits[i]);
        }
        // The last deposit takes the settlement to its end, unless somebody else has made it before.
        if (_kindOf(settlementId) == StateKind.FINALIZED) return settlementId;
        _askCoordinator(ISettlementCoordinator.advance.selector, encoded);
        StateKind kind = _kindOf(settlementId);
        if (kind != StateKind.FINALIZED) revert SettlementRouter_NotFinalized(settlementId, kind);
    }

    /// @param encoded The terms, as `TermsCall.encode` makes them.
    function _create(Terms calldata terms, bytes memory encoded, SignedAttestation[] calldata attestations)
        private
        returns (SettlementId id)
    {
        id = SettlementId.wrap(_askCoordinator(ISettlementCoordinator.createSettlement.selector, encoded));
        bytes32[] calldata parties = terms.parties;
        for (uint256 i = 0; i < attestations.length; ++i) {
            SignedAttestation calldata one = attestations[i];
            _REGISTRY.attestBySig(
                one.attester,
                id,
                parties,
                one.statuses,
                one.referenceHashes,
                one.validUntil,
                one.sequence,
                one.signature
            );
        }
    }

    /// @dev Of functions that answer one word, so that where there is no coordinator the missing word tells.
    function _askCoordinator(bytes4 selector, bytes memory encoded) private returns (bytes32 answer) {
        bytes memory data = bytes.concat(selector, bytes32(TERMS_HEAD), encoded);
        bool ok;
        (ok, answer,) = LowLevelCall.callReturn64Bytes(address(_COORDINATOR), data);
        if (!ok || LowLevelCall.returnDataSize() < 32) LowLevelCall.bubbleRevert();
    }

    /// @dev Both functions take the same eight words of arguments: what the sixth says is the standard's. A deposit that an escrow without
    /// code has not made is found missing at the end.
    function _deposit(bytes memory encoded, SignedDeposit calldata one) private {
        (bytes4 selector, uint256 nonceOrStart) = one.kind == DepositKind.PERMIT2
            ? (IEscrowExtension.depositLegWithPermit2.selector, one.nonce)
            : (IEscrowExtension.depositLegWithAuthorization.selector, one.validAfter);
        bytes memory openings = TermsCall.behindOffset(abi.encode(one.openings));
        bytes memory signature = TermsCall.behindOffset(abi.encode(one.signature));
        uint256 openingsAt = DEPOSIT_HEAD + encoded.length;
        bytes memory head = abi.encodeWithSelector(
            selector,
            DEPOSIT_HEAD,
            one.legIndex,
            one.secret,
            openingsAt,
            one.wallet,
            nonceOrStart,
            one.deadline,
            openingsAt + openings.length
        );
        bytes memory data = bytes.concat(head, encoded, openings, signature);
        if (!LowLevelCall.callNoReturn(address(_ESCROW), data)) LowLevelCall.bubbleRevert();
    }

    function _kindOf(SettlementId id) private view returns (StateKind) {
        return _COORDINATOR.stateOf(id).kind;
    }
}
