// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that burns whatever gas a transfer is given, once it has been told to
contract GasBurningToken is MintableToken {
    bool public burning;
    /// @notice Below this the transfer still works; zero burns everything.
    uint256 public keep;

    function burnGas(bool burning_, uint256 keep_) external {
        burning = burning_;
        keep = keep_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (burning && from != address(0)) {
            uint256 waste = 0;
            while (gasleft() > keep) ++waste;
        }
        super._update(from, to, amount);
    }
}
