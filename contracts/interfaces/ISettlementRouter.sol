// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ComplianceStatus } from "../types/Compliance.sol";
import { StateKind } from "../types/Ruleset.sol";
import { Opening, SettlementId, Terms } from "../types/Terms.sol";

/// @title Several steps of one settlement in one transaction
/// @notice For one deployment, on the coordinator's chain. It stores nothing, holds nothing and may do nothing that its caller could not do
/// step by step: what it carries is signed for the registry and the escrow, never for it. All or nothing; but a step that somebody has
/// taken before with the same signatures is a step taken, so that nobody makes a call fail by running ahead of it.
interface ISettlementRouter {
    /// @notice An attester's statement about all parties of the terms, signed as `IComplianceRegistry.attestBySig` demands.
    struct SignedAttestation {
        address attester;
        ComplianceStatus[] statuses;
        bytes32[] referenceHashes;
        uint40 validUntil;
        uint64 sequence;
        bytes signature;
    }

    /// @notice How a wallet has signed for its deposit: `IKeystoneEscrow.depositLegWithPermit2` or `depositLegWithAuthorization` (ERC-3009).
    enum DepositKind {
        PERMIT2,
        ERC3009
    }

    /// @notice A deposit that `wallet` has signed for the escrow.
    /// @dev `nonce` is Permit2's, and unused for ERC-3009, whose nonce the escrow computes. `validAfter` is ERC-3009's, and unused for
    /// Permit2. `deadline` is Permit2's deadline or ERC-3009's validBefore. `openings` reveal recipients that no deposit opens.
    struct SignedDeposit {
        DepositKind kind;
        uint8 legIndex;
        bytes32 secret;
        address wallet;
        uint256 nonce;
        uint256 validAfter;
        uint256 deadline;
        bytes signature;
        Opening[] openings;
    }

    /// @notice Thrown when the settlement is not finalized at the end of `settle`: a clearance or a deposit is missing, a payout failed, a
    /// leg is on another chain, or it was rolled back.
    error SettlementRouter_NotFinalized(SettlementId settlementId, StateKind kind);

    /// @notice Creates the settlement, carries the statements to the registry and advances as far as it goes.
    function open(Terms calldata terms, SignedAttestation[] calldata attestations)
        external
        returns (SettlementId settlementId);

    /// @notice Creates the settlement, carries the statements, makes the deposits and reverts unless that finalizes it: every leg paid to its
    /// recipient. All legs must be on this chain.
    function settle(Terms calldata terms, SignedAttestation[] calldata attestations, SignedDeposit[] calldata deposits)
        external
        returns (SettlementId settlementId);
}
