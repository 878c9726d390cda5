// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that refuses by returning false
/// @notice `moving` decides whether it moves the amount all the same.
contract ReturnsFalseToken is MintableToken {
    bool public refusing;
    bool public moving;

    function refuse(bool refusing_, bool moving_) external {
        refusing = refusing_;
        moving = moving_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (!refusing) return super.transfer(to, amount);
        if (moving) super.transfer(to, amount);
        return false;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (!refusing) return super.transferFrom(from, to, amount);
        if (moving) super.transferFrom(from, to, amount);
        return false;
    }
}
