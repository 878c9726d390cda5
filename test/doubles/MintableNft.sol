// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title OpenZeppelin's ERC-721, which anyone mints
contract MintableNft is ERC721 {
    constructor() ERC721("Deed", "DEED") { }

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}
