// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that lies: about its interfaces, about its balances
contract LyingToken is MintableToken {
    bytes4 public claimedInterface;
    bool public hasPartitions;
    bool public balanceReverts;

    function lie(bytes4 claimedInterface_, bool hasPartitions_, bool balanceReverts_) external {
        claimedInterface = claimedInterface_;
        hasPartitions = hasPartitions_;
        balanceReverts = balanceReverts_;
    }

    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        return claimedInterface != 0 && interfaceId == claimedInterface;
    }

    function balanceOfByPartition(bytes32, address account) external view returns (uint256) {
        require(hasPartitions, "no partitions");
        return super.balanceOf(account);
    }

    function balanceOf(address account) public view override returns (uint256) {
        require(!balanceReverts, "no balance");
        return super.balanceOf(account);
    }
}
