// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The part of ERC-3643 that tells whether a transfer would go through; the rest that is needed is ERC-20's
interface IERC3643 {
    function identityRegistry() external view returns (address);

    function compliance() external view returns (address);

    function paused() external view returns (bool);

    function isFrozen(address account) external view returns (bool);
}

/// @title Who may hold an ERC-3643 token
interface IIdentityRegistry {
    function isVerified(address account) external view returns (bool);
}

/// @title Which transfers an ERC-3643 token's issuer allows
interface ICompliance {
    function canTransfer(address from, address to, uint256 amount) external view returns (bool);
}
