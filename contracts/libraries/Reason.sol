// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Bounded reasons
/// @notice What a stranger's revert may cost us to keep: at most 256 bytes.
library Reason {
    uint256 internal constant MAX_BYTES = 256;

    /// @notice The first bytes of what a call of this deployment reverted with. Shortens in place.
    function clip(bytes memory reason) internal pure returns (bytes memory) {
        if (reason.length > MAX_BYTES) {
            assembly ("memory-safe") {
                mstore(reason, MAX_BYTES)
            }
        }
        return reason;
    }

    /// @notice The first bytes of the last call's return data. The compiler would copy all of it, at the caller's expense.
    function ofLastCall() internal pure returns (bytes memory reason) {
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, MAX_BYTES) { size := MAX_BYTES }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
            mstore(0x40, and(add(add(reason, size), 0x3f), not(0x1f)))
        }
    }

    function raise(bytes memory reason) internal pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
