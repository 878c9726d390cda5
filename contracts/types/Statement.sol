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
    /// @dev The lowest bit of each of the 32 positions: sets of positions are held like this, three bits apart.
    uint256 private constant EACH = 0x249249249249249249249249;
    uint256 private constant VALID_UNTIL_AT = MAX_PARTIES * STATUS_BITS;
    uint256 private constant STATUSES = (1 << VALID_UNTIL_AT) - 1;
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
        uint256 sticky = old.vetoes() * STATUS_MASK;
        return Statement.wrap((Statement.unwrap(word) & ~sticky) | (Statement.unwrap(old) & sticky));
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
        // Behind the last position there is none.
        Statement all = Statement.wrap(Statement.unwrap(word) & STATUSES);
        for (uint256 i = 0; i < length; ++i) {
            result[i] = all.statusAt(i);
        }
    }

    function validUntil(Statement word) internal pure returns (uint40) {
        return uint40(Statement.unwrap(word) >> VALID_UNTIL_AT);
    }

    function sequence(Statement word) internal pure returns (uint64) {
        return uint64(Statement.unwrap(word) >> SEQUENCE_AT);
    }

    /// @notice The set of positions that say Pass: 1, in bits 001.
    function passes(Statement word) internal pure returns (uint256 positions) {
        uint256 bits = Statement.unwrap(word);
        return bits & ~(bits >> 1) & ~(bits >> 2) & EACH;
    }

    /// @notice The set of positions that say Fail or Revoked: 3 and 4, in bits 011 and 100.
    function vetoes(Statement word) internal pure returns (uint256 positions) {
        uint256 bits = Statement.unwrap(word);
        return ((bits & (bits >> 1)) | (bits >> 2)) & EACH;
    }

    /// @notice The set of positions that say Revoked: 4, in bits 100.
    function revocations(Statement word) internal pure returns (uint256 positions) {
        return (Statement.unwrap(word) >> 2) & EACH;
    }

    /// @notice The set of the first `count` positions.
    function first(uint256 count) internal pure returns (uint256 positions) {
        return EACH & ((1 << (STATUS_BITS * count)) - 1);
    }

    /// @notice The set of the one position.
    function only(uint256 position) internal pure returns (uint256 positions) {
        return 1 << (STATUS_BITS * position);
    }

    function _with(uint256 word, uint256 position, ComplianceStatus status) private pure returns (uint256) {
        uint256 at = position * STATUS_BITS;
        return word & ~(STATUS_MASK << at) | uint256(status) << at;
    }
}
