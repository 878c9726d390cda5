// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Leg, SettlementId, Terms } from "../types/Terms.sol";

/// @title Passing terms on, from the calldata they came in
/// @notice What the compiler's encoder makes of them, at a third of its price.
/// @dev Terms whose parts lie one behind the other, in the encoder's order and without a gap, are encoded already: their bytes are heads,
/// lengths, values and offsets relative to places among them, so that whoever reads the copy reads what was read here. Any other layout
/// goes through the encoder. Either way the receiver has the terms that the caller has, so that what was hashed is what arrives. A word
/// beyond its type, or a list beyond the calldata, is refused by hashing; where the caller has not hashed, its receiver does.
library TermsCall {
    uint256 private constant WORD = 0x20;

    /// @notice The same as abi.encodeWithSelector(selector, terms).
    function encode(bytes4 selector, Terms calldata terms) internal pure returns (bytes memory) {
        return append(abi.encodeWithSelector(selector, WORD), terms);
    }

    /// @notice The same as abi.encodeWithSelector(selector, settlementId, terms).
    function encode(bytes4 selector, SettlementId settlementId, Terms calldata terms) internal pure returns (bytes memory) {
        return append(abi.encodeWithSelector(selector, settlementId, 2 * WORD), terms);
    }

    /// @notice What abi.encode(terms) has behind its first word, the offset: a whole number of words, for any place behind a head.
    function encode(Terms calldata terms) internal pure returns (bytes memory encoded) {
        return append("", terms);
    }

    /// @notice The same behind a head, which is copied.
    function append(bytes memory head, Terms calldata terms) internal pure returns (bytes memory data) {
        uint256 size = _sizeAsEncoded(terms);
        if (size == 0) return bytes.concat(head, behindOffset(abi.encode(terms)));
        assembly ("memory-safe") {
            let headSize := mload(head)
            data := mload(0x40)
            let at := add(data, 0x20)
            mstore(data, add(headSize, size))
            mcopy(at, add(head, 0x20), headSize)
            calldatacopy(add(at, headSize), terms, size)
            mstore(0x40, and(add(add(at, add(headSize, size)), 0x1f), not(0x1f)))
        }
    }

    /// @notice What `abi.encode` of one value of dynamic type has behind its offset. Shortens in place.
    function behindOffset(bytes memory encoded) internal pure returns (bytes memory rest) {
        assembly ("memory-safe") {
            rest := add(encoded, 0x20)
            mstore(rest, sub(mload(encoded), 0x20))
        }
    }

    /// @return size How many bytes the terms take, or zero when they do not lie as the encoder would lay them.
    function _sizeAsEncoded(Terms calldata terms) private pure returns (uint256 size) {
        bytes32[] calldata parties = terms.parties;
        Leg[] calldata legs = terms.legs;
        address[] calldata attesters = terms.attesters;
        assembly ("memory-safe") {
            // 13 words of terms, then the parties
            let odd := xor(parties.offset, add(terms, 0x1c0))
            let at := add(parties.offset, mul(parties.length, 0x20))
            odd := or(odd, xor(legs.offset, add(at, 0x20)))
            at := add(legs.offset, mul(legs.length, 0x20))
            for { let i := 0 } lt(i, legs.length) { i := add(i, 1) } {
                odd := or(odd, xor(add(legs.offset, calldataload(add(legs.offset, mul(i, 0x20)))), at))
                // 9 fees, right behind the ten words of the leg
                odd := or(odd, xor(calldataload(add(at, 0x120)), 0x140))
                at := add(at, add(0x160, mul(calldataload(add(at, 0x140)), 0x40)))
            }
            odd := or(odd, xor(attesters.offset, add(at, 0x20)))
            if iszero(odd) { size := sub(add(attesters.offset, mul(attesters.length, 0x20)), terms) }
        }
    }
}
