// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Reason } from "./Reason.sol";

/// @title A call with a gas limit whose failure costs the caller no more than 256 bytes
library BoundedCall {
    /// @notice Calls without value and ignores what is returned. `target` must be known to hold code: a call into nothing succeeds.
    /// @return ok Whether the call succeeded.
    /// @return reason The first bytes of what it reverted with; empty when it succeeded.
    function tryCall(address target, uint256 gasLimit, bytes memory data)
        internal
        returns (bool ok, bytes memory reason)
    {
        assembly ("memory-safe") {
            ok := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
        }
        if (!ok) reason = Reason.ofLastCall();
    }
}
