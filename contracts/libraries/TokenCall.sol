// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { Reason } from "./Reason.sol";

/// @title Calls to a token that may be hostile
/// @notice None copies more return data than it needs.
library TokenCall {
    /// @dev ERC-165 says that `supportsInterface` uses at most this much; a getter behind a proxy and a beacon needs less.
    uint256 internal constant PROBE_GAS = 30_000;
    /// @dev More than a dispatcher behind a proxy and a beacon needs in order to find that it has no such function.
    uint256 private constant SILENCE_GAS = PROBE_GAS / 2;

    /// @notice Transacts. It counts as a success when the token returned nothing, from code, or `yes`.
    /// @return ok Whether the token affirmed.
    /// @return reason Of a failed call.
    function transact(address token, bytes memory data, uint256 yes) internal returns (bool ok, bytes memory reason) {
        bytes32 word;
        (ok, word,) = LowLevelCall.callReturn64Bytes(token, data);
        uint256 size = LowLevelCall.returnDataSize();
        if (!ok) return (false, Reason.ofLastCall());
        ok = size == 0 ? token.code.length != 0 : size >= 32 && uint256(word) == yes;
    }

    /// @notice Reads one word, with a cap on the gas, which OpenZeppelin's helper has not.
    /// @return known Whether at least one word was answered.
    /// @return answer The first; zero when not known.
    function read(address target, uint256 cap, bytes memory data) internal view returns (bool known, uint256 answer) {
        assembly ("memory-safe") {
            known := staticcall(cap, target, add(data, 0x20), mload(data), 0, 0x20)
            known := and(known, gt(returndatasize(), 0x1f))
            answer := mul(mload(0), known)
        }
    }

    /// @notice A question with up to two arguments, of which the second, an account, is this contract.
    function probe(address token, bytes4 selector, uint256 argument) internal view returns (bool known, uint256 answer) {
        return read(token, PROBE_GAS, encode(selector, 2, argument, uint160(address(this)), 0));
    }

    /// @notice Whether the last call's target provably lacks the function: it said nothing at all, success or not, and so early that it
    /// cannot have run out of gas, however deep.
    /// @dev It was given nearly twice `SILENCE_GAS`, and a call that runs out of gas takes all but a 64th of what its caller had.
    /// @param gasBefore What was left before the call.
    function wasSilent(uint256 gasBefore) internal view returns (bool) {
        return LowLevelCall.returnDataSize() == 0 && gasBefore > 2 * SILENCE_GAS && gasBefore - gasleft() < SILENCE_GAS;
    }

    /// @notice The third word that the last call answered; zero when there is none.
    function thirdWord() internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            if gt(returndatasize(), 0x5f) {
                returndatacopy(0, 0x40, 0x20)
                word := mload(0)
            }
        }
    }

    /// @notice A call's data, of one to three words. Smaller and cheaper than what the compiler makes of as many shapes.
    function encode(bytes4 selector, uint256 words, uint256 a, uint256 b, uint256 c)
        internal
        pure
        returns (bytes memory data)
    {
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(data, add(4, mul(words, 0x20)))
            mstore(add(data, 0x20), selector)
            mstore(add(data, 0x24), a)
            mstore(add(data, 0x44), b)
            mstore(add(data, 0x64), c)
            mstore(0x40, add(data, 0xa0))
        }
    }
}
