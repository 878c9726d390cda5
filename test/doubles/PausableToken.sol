// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";
import { Pausable } from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title A token that its issuer pauses
contract PausableToken is MintableToken, Pausable {
    function pause(bool paused_) external {
        if (paused_) _pause();
        else _unpause();
    }

    function _update(address from, address to, uint256 amount) internal override whenNotPaused {
        super._update(from, to, amount);
    }
}
