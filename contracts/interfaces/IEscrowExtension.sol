// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { SettlementId } from "../types/Terms.sol";
import { IEscrowBase } from "./IEscrowBase.sol";

/// @title What the escrow has its extension's code do
/// @notice Called at the escrow's address. At the extension's own address every function reverts.
interface IEscrowExtension is IEscrowBase {
    /// @notice The nonce under which a wallet signs an ERC-3009 authorization for this leg: keccak256(abi.encode(settlementId, legIndex)).
    function authorizationNonce(SettlementId settlementId, uint256 legIndex) external view returns (bytes32);
}
