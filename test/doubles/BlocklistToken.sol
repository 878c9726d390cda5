// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token whose issuer blocks accounts (as USDC's does)
contract BlocklistToken is MintableToken {
    mapping(address account => bool) public blocked;

    error BlocklistToken_Blocked(address account);

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (blocked[from]) revert BlocklistToken_Blocked(from);
        if (blocked[to]) revert BlocklistToken_Blocked(to);
        super._update(from, to, amount);
    }
}
