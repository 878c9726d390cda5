// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice One log as it goes on chain: up to four topics, and data.
struct RawLog {
    bytes32[] topics;
    bytes data;
}

/// @title A contract that emits whatever it is told
/// @dev Stands in for any contract of a deployment where a reader of logs is tested for orders and values that the real one never gives.
contract EventEmitter {
    function emitLogs(RawLog[] calldata logs) external {
        for (uint256 i = 0; i < logs.length; i++) _emit(logs[i].topics, logs[i].data);
    }

    /// @dev Topics that are only known at run time cannot be emitted without assembly.
    function _emit(bytes32[] memory t, bytes memory data) private {
        assembly ("memory-safe") {
            let from := add(data, 32)
            let size := mload(data)
            let topic := add(t, 32)
            switch mload(t)
            case 0 { log0(from, size) }
            case 1 { log1(from, size, mload(topic)) }
            case 2 { log2(from, size, mload(topic), mload(add(topic, 32))) }
            case 3 { log3(from, size, mload(topic), mload(add(topic, 32)), mload(add(topic, 64))) }
            default { log4(from, size, mload(topic), mload(add(topic, 32)), mload(add(topic, 64)), mload(add(topic, 96))) }
        }
    }
}
