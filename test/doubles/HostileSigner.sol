// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A wallet that signs everything by ERC-1271, and does more than that when it is asked
contract HostileSigner is IERC1271 {
    address private _target;
    bytes private _data;
    bytes private _expected;
    uint256 private _flood;

    /// @notice From now on calls this from inside the question, and signs only if it is refused with exactly these bytes.
    function reenter(address target, bytes calldata data, bytes calldata expected) external {
        _target = target;
        _data = data;
        _expected = expected;
    }

    /// @notice From now on answers with this many bytes, the right word first.
    function flood(uint256 size) external {
        _flood = size;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        if (_target != address(0)) {
            (bool ok, bytes memory returned) = _target.staticcall(_data);
            if (ok || keccak256(returned) != keccak256(_expected)) return bytes4(0);
        }
        uint256 size = _flood;
        bytes4 word = IERC1271.isValidSignature.selector;
        if (size == 0) return word;
        assembly {
            mstore(0, word)
            return(0, size)
        }
    }
}
