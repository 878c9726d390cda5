// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The part of ERC-1400 (ERC-1410) that moves and judges one partition
interface IERC1400 {
    function balanceOfByPartition(bytes32 partition, address holder) external view returns (uint256);

    /// @return destination The partition that the tokens came to at the recipient's.
    function transferByPartition(bytes32 partition, address to, uint256 value, bytes calldata data)
        external
        returns (bytes32 destination);

    /// @notice Moves a holder's tokens; the caller is an operator of the holder's for this partition.
    /// @return destination The partition that the tokens came to at the recipient's.
    function operatorTransferByPartition(
        bytes32 partition,
        address from,
        address to,
        uint256 value,
        bytes calldata data,
        bytes calldata operatorData
    ) external returns (bytes32 destination);

    /// @notice Whether the caller could transfer this.
    /// @return status An ERC-1066 code.
    /// @return reason The token's own.
    /// @return destination The partition that the tokens would come to.
    function canTransferByPartition(bytes32 partition, address to, uint256 value, bytes calldata data)
        external
        view
        returns (bytes1 status, bytes32 reason, bytes32 destination);
}
