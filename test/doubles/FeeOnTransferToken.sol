// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that keeps one percent of every transfer
/// @notice Out of what arrives, or on top of what is sent: the second kind would be paid with other people's deposits.
contract FeeOnTransferToken is MintableToken {
    bool public charging = true;
    bool public onTop;

    function charge(bool charging_, bool onTop_) external {
        charging = charging_;
        onTop = onTop_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (!charging || from == address(0) || to == address(0)) return;
        super._update(onTop ? from : to, address(0), amount / 100);
    }
}
