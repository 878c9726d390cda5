// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { IComplianceRegistry } from "./interfaces/IComplianceRegistry.sol";
import { SignatureLib } from "./libraries/SignatureLib.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { Clearance, ComplianceStatus } from "./types/Compliance.sol";
import { SettlementId, Terms } from "./types/Terms.sol";
import { Statement, StatementLib } from "./types/Statement.sol";

/// @title The registry of compliance attestations
/// @notice Knows nobody: it has no constructor arguments, no owner and no list of attesters.
/// @dev A slot's key is keccak256(abi.encode(settlementId, attester, partiesHash)), where partiesHash is EIP-712's hash of the party
/// list, keccak256(abi.encodePacked(parties)).
contract ComplianceRegistry is IComplianceRegistry, EIP712 {
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(bytes32 settlementId,bytes32[] parties,uint8[] statuses,bytes32[] referenceHashes,uint40 validUntil,uint64 sequence)"
    );

    mapping(bytes32 key => Statement) private _statements;

    constructor() EIP712("KeyStone Compliance", "1") { }

    // ---------------------------------------------------------------- writes

    /// @inheritdoc IComplianceRegistry
    function attest(
        SettlementId settlementId,
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence
    ) external returns (bool accepted) {
        Statement word = _pack(parties, statuses, referenceHashes, validUntil, sequence);
        return _attest(msg.sender, settlementId, _hash(parties), referenceHashes, word);
    }

    /// @inheritdoc IComplianceRegistry
    function attestBySig(
        address attester,
        SettlementId settlementId,
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence,
        bytes calldata signature
    ) external returns (bool accepted) {
        Statement word = _pack(parties, statuses, referenceHashes, validUntil, sequence);
        bytes32 partiesHash = _hash(parties);

        // Check: before staleness, so that only the attester's own words are ever called stale.
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    ATTESTATION_TYPEHASH,
                    settlementId,
                    partiesHash,
                    _hash(statuses),
                    _hash(referenceHashes),
                    validUntil,
                    sequence
                )
            )
        );
        if (!SignatureLib.isBy(attester, digest, signature)) revert ComplianceRegistry_InvalidSignature(attester);
        return _attest(attester, settlementId, partiesHash, referenceHashes, word);
    }

    /// @inheritdoc IComplianceRegistry
    function revoke(
        SettlementId settlementId,
        bytes32[] calldata parties,
        uint32 positions,
        bytes32 referenceHash,
        uint64 sequence
    ) external returns (bool accepted) {
        if (parties.length == 0 || parties.length > StatementLib.MAX_PARTIES) {
            revert ComplianceRegistry_LengthMismatch(parties.length, parties.length, parties.length);
        }
        if (positions == 0 || uint256(positions) >> parties.length != 0) {
            revert ComplianceRegistry_InvalidPositions(positions, parties.length);
        }

        bytes32 partiesHash = _hash(parties);
        bytes32 key = _key(settlementId, msg.sender, partiesHash);
        Statement word = _statements[key];
        if (sequence <= word.sequence()) return false;

        // Effect
        _statements[key] = word.revoked(positions, sequence);
        emit Revoked(settlementId, msg.sender, partiesHash, positions, referenceHash, sequence);
        return true;
    }

    /// @inheritdoc IComplianceRegistry
    function overrideAttestation(
        SettlementId settlementId,
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence,
        string calldata reason
    ) external returns (bool accepted) {
        Statement word = _pack(parties, statuses, referenceHashes, validUntil, sequence);
        if (bytes(reason).length == 0) revert ComplianceRegistry_ReasonRequired();

        bytes32 partiesHash = _hash(parties);
        bytes32 key = _key(settlementId, msg.sender, partiesHash);
        if (sequence <= _statements[key].sequence()) return false;
        _checkValidity(validUntil);

        // Effect
        _statements[key] = word;
        emit Overridden(
            settlementId, msg.sender, partiesHash, statuses, referenceHashes, validUntil, sequence, reason
        );
        return true;
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc IComplianceRegistry
    function clearanceOf(
        SettlementId settlementId,
        bytes32[] calldata parties,
        address[] calldata attesters,
        uint8 threshold,
        uint40 validThrough
    ) external view returns (Clearance) {
        (uint256 vetoed, uint256 cleared) = _judge(settlementId, parties, attesters, threshold, validThrough);
        if (vetoed != 0) return Clearance.FAILED;
        return _isAll(cleared, parties.length) ? Clearance.CLEARED : Clearance.PENDING;
    }

    /// @inheritdoc IComplianceRegistry
    function isCleared(Terms calldata terms, bytes32 party) external view returns (bool) {
        (uint256 vetoed, uint256 cleared) = _judge(terms);
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            if (terms.parties[i] == party) return cleared & ~vetoed & StatementLib.only(i) != 0;
        }
        return false;
    }

    /// @inheritdoc IComplianceRegistry
    function areAllPartiesCleared(Terms calldata terms) external view returns (bool) {
        (uint256 vetoed, uint256 cleared) = _judge(terms);
        return vetoed == 0 && _isAll(cleared, terms.parties.length);
    }

    /// @inheritdoc IComplianceRegistry
    function statementOf(SettlementId settlementId, address attester, bytes32[] calldata parties)
        external
        view
        returns (ComplianceStatus[] memory statuses, uint40 validUntil, uint64 sequence)
    {
        Statement word = _statements[_key(settlementId, attester, _hash(parties))];
        return (word.statuses(parties.length), word.validUntil(), word.sequence());
    }

    // ---------------------------------------------------------------- internals

    function _attest(
        address attester,
        SettlementId settlementId,
        bytes32 partiesHash,
        bytes32[] calldata referenceHashes,
        Statement word
    ) private returns (bool) {
        bytes32 key = _key(settlementId, attester, partiesHash);
        Statement old = _statements[key];
        uint64 sequence = word.sequence();
        // A stale word is no fault of its sender, whatever else has become of it: two couriers may carry the same one.
        if (sequence <= old.sequence()) return false;
        uint40 validUntil = word.validUntil();
        _checkValidity(validUntil);

        // Effect
        word = word.keeping(old);
        _statements[key] = word;
        ComplianceStatus[] memory statuses = word.statuses(referenceHashes.length);
        emit Attested(settlementId, attester, partiesHash, statuses, referenceHashes, validUntil, sequence);
        return true;
    }

    /// @return word The statement, of as many statuses and references as parties, none of them Revoked.
    function _pack(
        bytes32[] calldata parties,
        ComplianceStatus[] calldata statuses,
        bytes32[] calldata referenceHashes,
        uint40 validUntil,
        uint64 sequence
    ) private pure returns (Statement word) {
        if (
            parties.length == 0 || parties.length > StatementLib.MAX_PARTIES || statuses.length != parties.length
                || referenceHashes.length != parties.length
        ) revert ComplianceRegistry_LengthMismatch(parties.length, statuses.length, referenceHashes.length);
        word = StatementLib.pack(statuses, validUntil, sequence);
        if (word.revocations() == 0) return word;
        uint256 position = 0;
        while (statuses[position] != ComplianceStatus.Revoked) ++position;
        revert ComplianceRegistry_InvalidStatus(position, ComplianceStatus.Revoked);
    }

    function _checkValidity(uint40 validUntil) private view {
        if (validUntil <= block.timestamp) revert ComplianceRegistry_Expired(validUntil, block.timestamp);
    }

    function _judge(Terms calldata terms) private view returns (uint256 vetoed, uint256 cleared) {
        return _judge(TermsLib.hash(terms), terms.parties, terms.attesters, terms.threshold, terms.settleDeadline);
    }

    /// @dev Both results are sets of positions. A party is vetoed by one attester and cleared by `threshold` of them; a list of
    /// attesters that repeats one clears nobody, but its vetoes count.
    function _judge(
        SettlementId settlementId,
        bytes32[] calldata parties,
        address[] calldata attesters,
        uint8 threshold,
        uint40 validThrough
    ) private view returns (uint256 vetoed, uint256 cleared) {
        if (parties.length > StatementLib.MAX_PARTIES) return (0, 0);
        bytes32 partiesHash = _hash(parties);
        // The positions that at least so many of the attesters before have passed.
        uint256[] memory passedBy = new uint256[](uint256(threshold) + 1);
        passedBy[0] = StatementLib.first(parties.length);
        address previous = address(0);
        bool ascending = true;
        for (uint256 a = 0; a < attesters.length; ++a) {
            address attester = attesters[a];
            if (a != 0 && attester <= previous) ascending = false;
            previous = attester;
            Statement word = _statements[_key(settlementId, attester, partiesHash)];
            vetoed |= word.vetoes();
            uint40 validUntil = word.validUntil();
            // A Pass must outlive the moment the verdict can still be taken; a veto needs no date.
            if (validUntil <= block.timestamp || validUntil < validThrough) continue;
            uint256 passes = word.passes();
            for (uint256 count = threshold; count > 0; --count) {
                passedBy[count] |= passedBy[count - 1] & passes;
            }
        }
        if (threshold != 0 && ascending) cleared = passedBy[threshold];
    }

    /// @dev No parties, nothing cleared.
    function _isAll(uint256 cleared, uint256 parties) private pure returns (bool) {
        return parties != 0 && cleared == StatementLib.first(parties);
    }

    function _key(SettlementId settlementId, address attester, bytes32 partiesHash) private pure returns (bytes32) {
        return keccak256(abi.encode(settlementId, attester, partiesHash));
    }

    /// @dev EIP-712's hash of the list: keccak256(abi.encodePacked(words)).
    function _hash(bytes32[] calldata words) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let at := mload(0x40)
            let size := mul(words.length, 0x20)
            calldatacopy(at, words.offset, size)
            result := keccak256(at, size)
        }
    }

    /// @dev The same of statuses, which are known to be some: a word each, as EIP-712 wants them.
    function _hash(ComplianceStatus[] calldata words) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let at := mload(0x40)
            let size := mul(words.length, 0x20)
            calldatacopy(at, words.offset, size)
            result := keccak256(at, size)
        }
    }
}
