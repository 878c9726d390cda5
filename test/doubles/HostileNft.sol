// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableNft } from "./MintableNft.sol";

/// @title An ERC-721 token that pretends to move, or hides its owners
contract HostileNft is MintableNft {
    bool public pretending;
    bool public hiding;

    function deceive(bool pretending_, bool hiding_) external {
        pretending = pretending_;
        hiding = hiding_;
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        if (!pretending) super.transferFrom(from, to, tokenId);
    }

    function ownerOf(uint256 tokenId) public view override returns (address) {
        require(!hiding, "hidden");
        return super.ownerOf(tokenId);
    }
}
