// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Clearance, ComplianceStatus } from "../types/Compliance.sol";
import { SettlementId, Terms } from "../types/Terms.sol";

/// @title The registry of compliance attestations
/// @notice Anyone may attest; only the attesters that a settlement's terms name count. One slot per (settlement, attester, party list).
/// Every write states all positions with the party list in full and in order, so the newest statement is the attester's whole word.
/// Fail and Revoked are sticky: only the same attester's `override` lifts them. No personal data: commitments and hashes only.
interface IComplianceRegistry {
    /// @notice Emitted for every accepted statement; `statuses` is the stored word after it, sticky ones included.
    event Attested(
        SettlementId indexed settlementId,
        address indexed attester,
        bytes32 indexed partiesHash,
        ComplianceStatus[] statuses,
        bytes32[] referenceHashes,
        uint40 validUntil,
        uint64 sequence
    );
    /// @notice Emitted when an attester takes back its word about the positions set in `positions`.
    event Revoked(
        SettlementId indexed settlementId,
        address indexed attester,
        bytes32 indexed partiesHash,
        uint32 positions,
        bytes32 referenceHash,
        uint64 sequence
    );
    /// @notice Emitted when an attester replaces its whole word, sticky statuses included.
    event Overridden(
        SettlementId indexed settlementId,
        address indexed attester,
        bytes32 indexed partiesHash,
        ComplianceStatus[] statuses,
        bytes32[] referenceHashes,
        uint40 validUntil,
        uint64 sequence,
        string reason
    );

    /// @notice Thrown when there are no parties, more than 32, or arrays of other lengths than the parties.
    error ComplianceRegistry_LengthMismatch(uint256 parties, uint256 statuses, uint256 referenceHashes);
    /// @notice Thrown when the signature is not the attester's over exactly this statement.
    error ComplianceRegistry_InvalidSignature(address attester);
    /// @notice Thrown when `attest` carries Revoked, which only `revoke` writes.
    error ComplianceRegistry_InvalidStatus(uint256 position, ComplianceStatus status);
    /// @notice Thrown when `validUntil` has passed already.
    error ComplianceRegistry_Expired(uint40 validUntil, uint256 now_);
    /// @notice Thrown when `revoke` names no position or one beyond the parties.
    error ComplianceRegistry_InvalidPositions(uint32 positions, uint256 parties);
    /// @notice Thrown when an override gives no reason.
    error ComplianceRegistry_ReasonRequired();

    /// @notice The caller's statement. A `sequence` not above the stored one is ignored.
    /// @return accepted False when the statement was stale.
    function attest(
        SettlementId settlementId,
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence
    ) external returns (bool accepted);

    /// @notice The same by signature, so that the key that attests needs no gas. EIP-712 domain {"KeyStone Compliance", "1", chainId, registry},
    /// type Attestation(bytes32 settlementId,bytes32[] parties,uint8[] statuses,bytes32[] referenceHashes,uint40 validUntil,uint64 sequence).
    /// ECDSA for keys, ERC-1271 for contracts.
    function attestBySig(
        address attester,
        SettlementId settlementId,
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence,
        bytes calldata signature
    ) external returns (bool accepted);

    /// @notice The caller takes back its word about the positions whose bit is set.
    function revoke(
        SettlementId settlementId,
        bytes32[] calldata parties,
        uint32 positions,
        bytes32 referenceHash,
        uint64 sequence
    ) external returns (bool accepted);

    /// @notice The caller replaces its whole word and lifts its own Fail and Revoked, for a published reason.
    function overrideAttestation(
        SettlementId settlementId,
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence,
        string calldata reason
    ) external returns (bool accepted);

    /// @notice Judges all parties by all named attesters. FAILED: one of them has failed or revoked a party, whatever the threshold.
    /// CLEARED: every party has a Pass of `threshold` attesters that is valid now and until `validThrough` or longer. Else PENDING.
    function clearanceOf(
        SettlementId settlementId,
        bytes32[] calldata parties,
        address[] calldata attesters,
        uint8 threshold,
        uint40 validThrough
    ) external view returns (Clearance);

    /// @notice Whether one commitment of the terms is cleared until `settleDeadline`. False for a commitment not among the parties.
    function isCleared(Terms calldata terms, bytes32 party) external view returns (bool);

    /// @notice Whether every party of the terms is cleared until `settleDeadline`. An empty party list is never cleared.
    function areAllPartiesCleared(Terms calldata terms) external view returns (bool);

    /// @notice One attester's stored word: all positions, until when, and its last sequence.
    function statementOf(SettlementId settlementId, address attester, bytes32[] calldata parties)
        external
        view
        returns (ComplianceStatus[] memory statuses, uint40 validUntil, uint64 sequence);
}
