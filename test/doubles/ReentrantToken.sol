// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that calls somebody in the middle of every transfer
/// @notice Keeps what became of the last call, so that a test can tell a refused reentry from one that never happened.
contract ReentrantToken is MintableToken {
    address public target;
    bytes public data;
    uint256 public calls;
    bool public lastOk;
    bytes public lastReturned;

    /// @notice What to call from now on; the zero address for nobody.
    function arm(address target_, bytes calldata data_) external {
        target = target_;
        data = data_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (target == address(0) || from == address(0)) return;
        ++calls;
        (lastOk, lastReturned) = target.call(data);
    }
}
