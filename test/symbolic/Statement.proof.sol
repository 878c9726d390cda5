// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ComplianceStatus } from "../../contracts/types/Compliance.sol";
import { Statement, StatementLib } from "../../contracts/types/Statement.sol";

/// @title One attester's word in one slot: what is packed is what is read, for every word there is
contract StatementProof {
    /// @dev What the slots hold: statuses up to Revoked, nothing above the sequence.
    function isSound(uint256 word, uint256 position) private pure returns (bool) {
        return (word >> (3 * position)) & 7 <= uint256(ComplianceStatus.Revoked);
    }

    function status(uint256 word, uint256 position) private pure returns (uint256) {
        return (word >> (3 * position)) & 7;
    }

    /// @custom:halmos --array-lengths statuses={0,1,2,3,32} --loop 33
    function check_packedIsRead(ComplianceStatus[] calldata statuses, uint40 validUntil, uint64 sequence)
        external
        pure
    {
        Statement word = StatementLib.pack(statuses, validUntil, sequence);
        assert(word.validUntil() == validUntil);
        assert(word.sequence() == sequence);
        for (uint256 i = 0; i < 32; ++i) {
            assert(word.statusAt(i) == (i < statuses.length ? statuses[i] : ComplianceStatus.None));
        }
    }

    /// @notice A stored Fail or Revoked stays, everything else is as the new word has it.
    function check_keepingKeepsVetoes(uint256 word, uint256 old, uint8 position) external pure {
        if (position >= 32 || !isSound(word, position) || !isSound(old, position)) return;
        uint256 kept = Statement.unwrap(Statement.wrap(word).keeping(Statement.wrap(old)));
        bool sticky = status(old, position) >= uint256(ComplianceStatus.Fail);
        assert(status(kept, position) == status(sticky ? old : word, position));
        assert(kept >> 96 == word >> 96);
    }

    /// @notice Of the first five positions: each doubles what is to be walked.
    /// @custom:halmos --loop 6
    function check_revokedRevokesTheNamedAlone(uint256 word, uint32 positions, uint64 sequence, uint8 position)
        external
        pure
    {
        if (position >= 32 || positions >= 1 << 5) return;
        Statement revoked = Statement.wrap(word).revoked(positions, sequence);
        bool named = (positions >> position) & 1 == 1;
        uint256 expected = named ? uint256(ComplianceStatus.Revoked) : status(word, position);
        assert(status(Statement.unwrap(revoked), position) == expected);
        assert(revoked.sequence() == sequence);
        assert(revoked.validUntil() == Statement.wrap(word).validUntil());
    }

    function check_setsAreOfTheStatuses(uint256 word, uint8 position) external pure {
        if (position >= 32 || !isSound(word, position)) return;
        uint256 bit = StatementLib.only(position);
        uint256 said = status(word, position);
        assert((Statement.wrap(word).passes() & bit != 0) == (said == uint256(ComplianceStatus.Pass)));
        assert((Statement.wrap(word).vetoes() & bit != 0) == (said >= uint256(ComplianceStatus.Fail)));
        assert((Statement.wrap(word).revocations() & bit != 0) == (said == uint256(ComplianceStatus.Revoked)));
    }

    /// @notice Also one position further than there are any.
    /// @custom:halmos --loop 34
    function check_statusesAreThoseOfTheWord(uint256 word) external pure {
        ComplianceStatus[] memory all = Statement.wrap(word).statuses(33);
        for (uint256 i = 0; i < 33; ++i) {
            assert(uint256(all[i]) == (i < 32 ? status(word, i) : 0));
        }
    }

    function check_theFirstAreTheFirst(uint8 count, uint8 position) external pure {
        if (count > 32 || position >= 32) return;
        assert((StatementLib.first(count) & StatementLib.only(position) != 0) == (position < count));
    }

    /// @notice That words with both a veto and a Pass are among those that are looked at.
    function refute_noWordHasAVeto(uint256 word, uint256 old, uint8 position) external pure {
        if (position >= 32 || !isSound(word, position) || !isSound(old, position)) return;
        uint256 kept = Statement.unwrap(Statement.wrap(word).keeping(Statement.wrap(old)));
        assert(status(kept, position) == status(word, position));
    }

    function refute_revokedChangesNothing(uint256 word, uint32 positions, uint64 sequence) external pure {
        if (positions >= 1 << 5) return;
        assert(Statement.unwrap(Statement.wrap(word).revoked(positions, sequence)) == word);
    }
}
