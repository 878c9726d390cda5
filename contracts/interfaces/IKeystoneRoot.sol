// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ChainRow, Child } from "../types/Deployment.sol";

/// @title The powerless root of one deployment
/// @notice Deployed by CREATE2 with the same arguments on every chain, so that all contracts of the deployment have the same address
/// everywhere. It can do nothing but CREATE2 the five children whose init-code hashes it was born with. It has no owner.
interface IKeystoneRoot {
    /// @notice Emitted when a child is created on this chain.
    event ChildDeployed(Child indexed child, address account);

    /// @notice Thrown when the rows are none or more than 8, repeat a chain or an endpoint id, hold a zero chain, endpoint id or endpoint,
    /// or lack the coordinator's chain.
    error KeystoneRoot_InvalidRows();
    /// @notice Thrown when the init code is not the one this deployment was made for.
    error KeystoneRoot_WrongInitCode(Child child, bytes32 expected, bytes32 actual);
    /// @notice Thrown when coordinator or registry would be created off the coordinator's chain, or any child on a chain without a row.
    error KeystoneRoot_WrongChain(Child child, uint256 chainId);
    /// @notice Thrown when CREATE2 yields no contract.
    error KeystoneRoot_CreationFailed(Child child);

    /// @notice Creates a child by CREATE2 with salt zero. Anyone may call, in any order; a child that exists is returned unchanged.
    function deploy(Child child, bytes calldata initCode) external returns (address account);

    /// @notice The address a child has, or will have, on every chain.
    function addressOf(Child child) external view returns (address);

    function coordinatorChainId() external view returns (uint64);

    /// @notice All rows, in order: the row number is the chain's bit in lock and release masks.
    function rows() external view returns (ChainRow[] memory);
}
