// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The one function of ERC-3009 that the escrow calls
/// @dev Unlike `transferWithAuthorization` it can be called by the recipient alone.
interface IERC3009 {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
