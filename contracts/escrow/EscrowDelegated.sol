// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { EscrowState } from "./EscrowState.sol";

/// @title The mark of code that runs in the escrow's name and storage, or not at all
abstract contract EscrowDelegated is EscrowState {
    modifier delegated() {
        if (address(this) != address(ESCROW)) revert KeystoneEscrow_NotDelegated();
        _;
    }
}
