// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { PartitionedToken } from "./PartitionedToken.sol";

/// @title A token that lets what it transfers come to another partition than the one it came from, and may keep silent about that before
contract WanderingToken is PartitionedToken {
    bytes32 public destination;
    bool public candid;

    function wander(bytes32 destination_, bool candid_) external {
        destination = destination_;
        candid = candid_;
    }

    function transferByPartition(bytes32 partition, address to, uint256 value, bytes calldata data)
        external
        override
        returns (bytes32)
    {
        _transfer(partition, msg.sender, to, value, data, "");
        if (destination == 0) return partition;
        balanceOfByPartition[partition][to] -= value;
        balanceOfByPartition[destination][to] += value;
        return destination;
    }

    function canTransferByPartition(bytes32 partition, address to, uint256 value, bytes calldata)
        external
        view
        override
        returns (bytes1, bytes32, bytes32)
    {
        bool other = candid && destination != 0;
        return (_status(partition, msg.sender, to, value), 0, other ? destination : partition);
    }
}
