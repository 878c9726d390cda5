// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ComplianceStatus } from "../../../contracts/types/Compliance.sol";
import { Post } from "./Post.sol";

/// @title What the attesters have said, as this world remembers it
/// @notice The registry's rules once more, written apart from it, so that what it clears can be judged by something else than itself.
abstract contract Words is Post {
    struct Word {
        ComplianceStatus[] statuses;
        uint256 validUntil;
        uint64 sequence;
    }

    mapping(uint256 trade => mapping(uint256 attester => Word)) internal _words;

    /// @dev An accepted statement: a stored Fail or Revoked stays.
    function _remember(
        uint256 trade,
        uint256 attester,
        ComplianceStatus[] memory statuses,
        uint256 validUntil,
        uint64 sequence,
        bool overriding
    ) internal {
        Word storage word = _words[trade][attester];
        if (word.statuses.length == 0) word.statuses = statuses;
        for (uint256 i = 0; i < statuses.length; ++i) {
            if (overriding || !_isVeto(word.statuses[i])) word.statuses[i] = statuses[i];
        }
        word.validUntil = validUntil;
        word.sequence = sequence;
    }

    function _rememberRevocation(uint256 trade, uint256 attester, uint256 positions, uint64 sequence) internal {
        Word storage word = _words[trade][attester];
        uint256 parties = _terms[trade].parties.length;
        if (word.statuses.length == 0) word.statuses = new ComplianceStatus[](parties);
        for (uint256 i = 0; i < parties; ++i) {
            if (positions & (1 << i) != 0) word.statuses[i] = ComplianceStatus.Revoked;
        }
        word.sequence = sequence;
    }

    /// @dev A named attester has failed or revoked a party.
    function _isVetoed(uint256 trade) internal view returns (bool) {
        for (uint256 a = 0; a < _terms[trade].attesters.length; ++a) {
            ComplianceStatus[] storage statuses = _words[trade][a].statuses;
            for (uint256 i = 0; i < statuses.length; ++i) {
                if (_isVeto(statuses[i])) return true;
            }
        }
        return false;
    }

    /// @dev Every party has enough named attesters' Pass, valid now and until `settleDeadline`, and nobody's veto.
    function _isClear(uint256 trade) internal view returns (bool) {
        if (_isVetoed(trade)) return false;
        for (uint256 i = 0; i < _terms[trade].parties.length; ++i) {
            uint256 passes = 0;
            for (uint256 a = 0; a < _terms[trade].attesters.length; ++a) {
                Word storage word = _words[trade][a];
                bool valid = word.validUntil > clock[HOME] && word.validUntil >= _terms[trade].settleDeadline;
                if (valid && word.statuses[i] == ComplianceStatus.Pass) ++passes;
            }
            if (passes < _terms[trade].threshold) return false;
        }
        return true;
    }

    function _isVeto(ComplianceStatus status) private pure returns (bool) {
        return status == ComplianceStatus.Fail || status == ComplianceStatus.Revoked;
    }
}
