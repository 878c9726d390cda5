// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ComplianceRegistry } from "../../contracts/ComplianceRegistry.sol";
import { Clearance, ComplianceStatus } from "../../contracts/types/Compliance.sol";
import { SettlementId } from "../../contracts/types/Terms.sol";
import { Assertions, vm } from "./support/Vm.sol";

/// @notice What the registry says of any number of parties and attesters is what counting party by party comes to.
contract ComplianceRegistryTest is Assertions {
    uint256 private constant MAX_PARTIES = 32;
    uint256 private constant MAX_ATTESTERS = 8;
    SettlementId private constant ID = SettlementId.wrap(keccak256("settlement"));
    uint40 private constant NOW = 1_000;
    uint40 private constant THROUGH = 2_000;

    ComplianceRegistry private immutable _registry = new ComplianceRegistry();

    /// @dev What one attester says, as the test remembers it.
    struct Word {
        ComplianceStatus[] statuses;
        uint40 validUntil;
    }

    /// @notice A veto of any named attester fails all; else every party needs the Pass of `threshold` attesters that lasts.
    function testFuzz_clearanceIsCountedPartyByParty(uint256 seed) public {
        vm.warp(NOW);
        bytes32[] memory parties = new bytes32[](within(_draw(seed, 0), 1, MAX_PARTIES));
        address[] memory attesters = new address[](within(_draw(seed, 1), 1, MAX_ATTESTERS));
        Word[] memory words = new Word[](attesters.length);
        for (uint256 a = 0; a < attesters.length; ++a) {
            attesters[a] = address(uint160(100 + a));
            words[a] = _say(attesters[a], parties, _draw(seed, 2 + a));
        }
        uint8 threshold = uint8(within(_draw(seed, 20), 0, attesters.length + 1));
        uint40 asked = uint40(within(_draw(seed, 21), THROUGH - 2, THROUGH + 1));
        // Half of the time so late that a Pass may have ended already.
        if (_draw(seed, 22) % 2 == 0) vm.warp(within(_draw(seed, 23), THROUGH - 2, THROUGH));
        Clearance expected = _count(words, parties.length, threshold, asked);
        assertEq(uint256(_registry.clearanceOf(ID, parties, attesters, threshold, asked)), uint256(expected));
    }

    /// @notice Whoever is listed twice counts for nobody, in any place and at any threshold, but still vetoes.
    function testFuzz_repeatedAttestersClearNobody(uint256 seed) public {
        vm.warp(NOW);
        bytes32[] memory parties = new bytes32[](within(_draw(seed, 0), 1, MAX_PARTIES));
        address[] memory attesters = new address[](within(_draw(seed, 1), 2, MAX_ATTESTERS));
        for (uint256 a = 0; a < attesters.length; ++a) {
            attesters[a] = address(uint160(100 + a));
            _attest(attesters[a], parties, Word(_passes(parties.length), THROUGH));
        }
        uint8 threshold = uint8(within(_draw(seed, 2), 1, attesters.length - 1));
        assertEq(uint256(_clearance(parties, attesters, threshold)), uint256(Clearance.CLEARED));
        uint256 at = within(_draw(seed, 3), 1, attesters.length - 1);
        attesters[at] = attesters[at - 1];
        assertEq(uint256(_clearance(parties, attesters, threshold)), uint256(Clearance.PENDING));
        vm.prank(attesters[at]);
        _registry.revoke(ID, parties, uint32(1 << within(_draw(seed, 4), 0, parties.length - 1)), 0, 2);
        assertEq(uint256(_clearance(parties, attesters, threshold)), uint256(Clearance.FAILED));
    }

    function _clearance(bytes32[] memory parties, address[] memory attesters, uint8 threshold)
        private
        view
        returns (Clearance)
    {
        return _registry.clearanceOf(ID, parties, attesters, threshold, THROUGH);
    }

    /// @dev Mostly Passes, so that thresholds of every size are met and missed: half of the attesters pass everybody, most others all but
    /// one, and a few veto.
    function _say(address attester, bytes32[] memory parties, uint256 seed) private returns (Word memory word) {
        word.statuses = _passes(parties.length);
        word.validUntil = uint40(within(_draw(seed, 0), THROUGH - 1, THROUGH + 1));
        uint256 position = within(_draw(seed, 1), 0, parties.length - 1);
        uint256 mood = within(_draw(seed, 2), 0, 31);
        if (mood < 8) word.statuses[position] = ComplianceStatus.None;
        else if (mood < 15) word.statuses[position] = ComplianceStatus.Flagged;
        else if (mood == 15) word.statuses[position] = ComplianceStatus.Fail;
        _attest(attester, parties, word);
    }

    function _attest(address attester, bytes32[] memory parties, Word memory word) private {
        vm.prank(attester);
        _registry.attest(ID, parties, word.statuses, new bytes32[](parties.length), word.validUntil, 1);
    }

    function _passes(uint256 count) private pure returns (ComplianceStatus[] memory statuses) {
        statuses = new ComplianceStatus[](count);
        for (uint256 i = 0; i < count; ++i) {
            statuses[i] = ComplianceStatus.Pass;
        }
    }

    function _count(Word[] memory words, uint256 parties, uint8 threshold, uint40 asked)
        private
        view
        returns (Clearance)
    {
        bool all = threshold != 0;
        for (uint256 i = 0; i < parties; ++i) {
            uint256 passes = 0;
            for (uint256 a = 0; a < words.length; ++a) {
                ComplianceStatus status = words[a].statuses[i];
                if (status == ComplianceStatus.Fail) return Clearance.FAILED;
                bool lasts = words[a].validUntil > block.timestamp && words[a].validUntil >= asked;
                if (status == ComplianceStatus.Pass && lasts) ++passes;
            }
            if (passes < threshold) all = false;
        }
        return all ? Clearance.CLEARED : Clearance.PENDING;
    }

    function _draw(uint256 seed, uint256 what) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what)));
    }
}
