// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { TokenStandard } from "./Terms.sol";

/// @notice What a leg moves, without how much of it: one token, one id of it or one partition of it.
struct Asset {
    address token;
    TokenStandard standard;
    /// ERC-721 and ERC-1155; zero elsewhere.
    uint256 tokenId;
    /// ERC-1400; zero elsewhere.
    bytes32 partition;
}
