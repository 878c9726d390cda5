// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ChainRow } from "../types/Deployment.sol";

/// @title The chain ids of a deployment's rows in two words
/// @notice Four ids of 64 bits a word, row 0 lowest, so that two immutables answer which bit of a mask a chain has. Zero is no chain.
library ChainRows {
    uint256 private constant PER_WORD = 4;
    uint256 private constant ID_BITS = 64;

    function pack(ChainRow[] memory rows) internal pure returns (uint256 low, uint256 high) {
        for (uint256 row = 0; row < rows.length; ++row) {
            uint256 id = uint256(rows[row].chainId) << (ID_BITS * (row % PER_WORD));
            if (row < PER_WORD) low |= id;
            else high |= id;
        }
    }

    /// @return bit The chain's bit in lock and release masks; zero for a chain without a row.
    function bitOf(uint256 low, uint256 high, uint256 chainId) internal pure returns (uint8 bit) {
        if (chainId == 0) return 0;
        for (uint256 row = 0; row < 2 * PER_WORD; ++row) {
            uint256 word = row < PER_WORD ? low : high;
            if (uint64(word >> (ID_BITS * (row % PER_WORD))) == chainId) return uint8(1 << row);
        }
        return 0;
    }
}
