// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ComplianceStatus } from "../../../contracts/types/Compliance.sol";
import { SettlementId } from "../../../contracts/types/Terms.sol";
import { vm } from "../support/Vm.sol";
import { Books } from "../world/Books.sol";
import { Rule } from "../world/Rule.sol";

/// @title What attesters say, and what others say in their names
abstract contract AttesterActs is Books {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(bytes32 settlementId,bytes32[] parties,uint8[] statuses,bytes32[] referenceHashes,uint40 validUntil,uint64 sequence)"
    );

    /// @notice Every named attester passes everybody.
    function clearAll(uint256 trade) external {
        _clearAll(_trade(trade));
        _observe();
    }

    /// @notice One attester, named or not, states something about every party, for some time; sometimes with an old sequence.
    function attest(uint256 trade, uint256 attester, uint256 seed, uint256 validFor, bool stale) external {
        trade = _trade(trade);
        attester %= 3;
        ComplianceStatus[] memory statuses = _statuses(trade, seed);
        uint40 validUntil = uint40(clock[HOME] + validFor % 5_000);
        uint64 sequence = _words[trade][attester].sequence;
        bool accepted = _attest(trade, attester, statuses, validUntil, stale ? sequence : sequence + 1);
        if (stale) _require(!accepted, Rule.SEQUENCE_RISES, trade);
        _observe();
    }

    /// @notice The same by signature: of the attester, or of somebody else in its name.
    function attestBySig(uint256 trade, uint256 attester, uint256 seed, bool forged) external {
        trade = _trade(trade);
        attester %= 3;
        _on(HOME);
        uint40 validUntil = uint40(clock[HOME] + 5_000);
        uint64 sequence = _words[trade][attester].sequence + 1;
        ComplianceStatus[] memory statuses = _statuses(trade, seed);
        bytes memory signature =
            _sign(trade, keyOf[forged ? STRANGER : ATTESTER + attester], statuses, validUntil, sequence);
        vm.prank(who[STRANGER]);
        try registry.attestBySig(
            who[ATTESTER + attester],
            _trades[trade].id,
            _terms[trade].parties,
            statuses,
            _terms[trade].parties,
            validUntil,
            sequence,
            signature
        ) returns (bool accepted) {
            _require(!forged, Rule.STRANGERS_ARE_REFUSED, trade);
            if (accepted) _remember(trade, attester, statuses, validUntil, sequence, false);
        } catch { }
        _observe();
    }

    function revoke(uint256 trade, uint256 attester, uint256 positions) external {
        trade = _trade(trade);
        attester %= 3;
        uint32 which = uint32(1 + positions % ((1 << _terms[trade].parties.length) - 1));
        uint64 sequence = _words[trade][attester].sequence + 1;
        _on(HOME);
        vm.prank(who[ATTESTER + attester]);
        if (registry.revoke(_trades[trade].id, _terms[trade].parties, which, 0, sequence)) {
            _rememberRevocation(trade, attester, which, sequence);
        }
        _observe();
    }

    /// @notice The one way to lift a Fail: the same attester, with a reason.
    function overrideWord(uint256 trade, uint256 attester, uint256 seed) external {
        trade = _trade(trade);
        attester %= 3;
        ComplianceStatus[] memory statuses = _statuses(trade, seed);
        uint40 validUntil = uint40(clock[HOME] + 5_000);
        uint64 sequence = _words[trade][attester].sequence + 1;
        _on(HOME);
        vm.prank(who[ATTESTER + attester]);
        bool accepted = registry.overrideAttestation(
            _trades[trade].id,
            _terms[trade].parties,
            statuses,
            _terms[trade].parties,
            validUntil,
            sequence,
            "looked again"
        );
        if (accepted) _remember(trade, attester, statuses, validUntil, sequence, true);
        _observe();
    }

    function _clearAll(uint256 trade) internal {
        ComplianceStatus[] memory statuses = _statuses(trade, 0);
        for (uint256 a = 0; a < _terms[trade].attesters.length; ++a) {
            _attest(trade, a, statuses, uint40(clock[HOME] + 5_000), _words[trade][a].sequence + 1);
        }
    }

    function _attest(
        uint256 trade,
        uint256 attester,
        ComplianceStatus[] memory statuses,
        uint40 validUntil,
        uint64 sequence
    ) private returns (bool accepted) {
        _on(HOME);
        bytes32[] memory parties = _terms[trade].parties;
        vm.prank(who[ATTESTER + attester]);
        try registry.attest(_trades[trade].id, parties, statuses, parties, validUntil, sequence) returns (bool done) {
            accepted = done;
        } catch { }
        if (accepted) _remember(trade, attester, statuses, validUntil, sequence, false);
    }

    /// @dev Mostly Pass for everybody; the rest is anything that may be stated.
    function _statuses(uint256 trade, uint256 seed) private view returns (ComplianceStatus[] memory statuses) {
        statuses = new ComplianceStatus[](_terms[trade].parties.length);
        for (uint256 i = 0; i < statuses.length; ++i) {
            statuses[i] = seed % 3 != 2 ? ComplianceStatus.Pass : ComplianceStatus((seed >> (8 + 2 * i)) % 4);
        }
    }

    function _sign(
        uint256 trade,
        uint256 key,
        ComplianceStatus[] memory statuses,
        uint40 validUntil,
        uint64 sequence
    ) private view returns (bytes memory) {
        bytes32 parties = keccak256(abi.encodePacked(_terms[trade].parties));
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("KeyStone Compliance"),
                keccak256("1"),
                uint256(chainIds[HOME]),
                address(registry)
            )
        );
        bytes32 word = keccak256(
            abi.encode(
                ATTESTATION_TYPEHASH,
                SettlementId.unwrap(_trades[trade].id),
                parties,
                keccak256(abi.encodePacked(statuses)),
                parties,
                validUntil,
                sequence
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, word)));
        return abi.encodePacked(r, s, v);
    }
}
