// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ComplianceStatus } from "./Compliance.sol";

/// @notice One attester's whole word about one party list, in one storage slot.
/// @dev Lowest bit first: 32 statuses of 3 bits, validUntil 40 bits, sequence 64 bits.
type Statement is uint256;

using StatementLib for Statement global;

library StatementLib {
    uint256 internal constant MAX_PARTIES = 32;

    uint256 private constant STATUS_BITS = 3;
    uint256 private constant STATUS_MASK = 7;
    uint256 private constant VALID_UNTIL_AT = MAX_PARTIES * STATUS_BITS;
    uint256 private constant SEQUENCE_AT = VALID_UNTIL_AT + 40;

    function pack(ComplianceStatus[] calldata statuses_, uint40 validUntil_, uint64 sequence_)
        internal
        pure
        returns (Statement)
    {
        uint256 word = uint256(validUntil_) << VALID_UNTIL_AT | uint256(sequence_) << SEQUENCE_AT;
        for (uint256 i = 0; i < statuses_.length; ++i) {
            word |= uint256(statuses_[i]) << i * STATUS_BITS;
        }
        return Statement.wrap(word);
    }

    /// @notice The new word with every Fail and Revoked of the old one put back.
    function keeping(Statement word, Statement old) internal pure returns (Statement) {
        uint256 sticky = old.vetoes();
        uint256 result = Statement.unwrap(word);
        for (uint256 i = 0; sticky >> i != 0; ++i) {
            if ((sticky >> i) & 1 == 1) result = _with(result, i, old.statusAt(i));
        }
        return Statement.wrap(result);
    }

    /// @notice The word with the named positions Revoked and everything else as it was.
    function revoked(Statement word, uint32 positions, uint64 sequence_) internal pure returns (Statement) {
        uint256 result = Statement.unwrap(word) & ((1 << SEQUENCE_AT) - 1) | uint256(sequence_) << SEQUENCE_AT;
        for (uint256 i = 0; uint256(positions) >> i != 0; ++i) {
            if ((positions >> i) & 1 == 1) result = _with(result, i, ComplianceStatus.Revoked);
        }
        return Statement.wrap(result);
    }

    function statusAt(Statement word, uint256 position) internal pure returns (ComplianceStatus) {
        return ComplianceStatus((Statement.unwrap(word) >> position * STATUS_BITS) & STATUS_MASK);
    }

    function statuses(Statement word, uint256 length) internal pure returns (ComplianceStatus[] memory result) {
        result = new ComplianceStatus[](length);
        for (uint256 i = 0; i < length; ++i) {
            if (i < MAX_PARTIES) result[i] = word.statusAt(i);
        }
    }

    function validUntil(Statement word) internal pure returns (uint40) {
        return uint40(Statement.unwrap(word) >> VALID_UNTIL_AT);
    }

    function sequence(Statement word) internal pure returns (uint64) {
        return uint64(Statement.unwrap(word) >> SEQUENCE_AT);
    }

    /// @notice One bit per position that says Pass.
    function passes(Statement word) internal pure returns (uint256 positions) {
        uint256 rest = _statusBits(word);
        for (uint256 i = 0; rest != 0; ++i) {
            if (rest & STATUS_MASK == uint256(ComplianceStatus.Pass)) positions |= 1 << i;
            rest >>= STATUS_BITS;
        }
    }

    /// @notice One bit per position that says Fail or Revoked.
    function vetoes(Statement word) internal pure returns (uint256 positions) {
        uint256 rest = _statusBits(word);
        for (uint256 i = 0; rest != 0; ++i) {
            if (rest & STATUS_MASK >= uint256(ComplianceStatus.Fail)) positions |= 1 << i;
            rest >>= STATUS_BITS;
        }
    }

    function _statusBits(Statement word) private pure returns (uint256) {
        return Statement.unwrap(word) & ((1 << VALID_UNTIL_AT) - 1);
    }

    function _with(uint256 word, uint256 position, ComplianceStatus status) private pure returns (uint256) {
        uint256 at = position * STATUS_BITS;
        return word & ~(STATUS_MASK << at) | uint256(status) << at;
    }
}
