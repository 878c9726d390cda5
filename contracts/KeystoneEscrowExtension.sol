// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { EscrowState } from "./escrow/EscrowState.sol";
import { IEscrowExtension } from "./interfaces/IEscrowExtension.sol";
import { SettlementId } from "./types/Terms.sol";

/// @title The rest of the escrow's code
/// @notice Stateless: it runs in the escrow's name and storage, or not at all.
contract KeystoneEscrowExtension is IEscrowExtension, EscrowState {
    modifier delegated() {
        if (address(this) != address(ESCROW)) revert KeystoneEscrow_NotDelegated();
        _;
    }

    /// @inheritdoc IEscrowExtension
    function authorizationNonce(SettlementId settlementId, uint256 legIndex) external view delegated returns (bytes32) {
        return keccak256(abi.encode(settlementId, legIndex));
    }
}
