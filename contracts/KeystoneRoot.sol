// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Create2 } from "@openzeppelin/contracts/utils/Create2.sol";
import { IKeystoneRoot } from "./interfaces/IKeystoneRoot.sol";
import { ChainRow, Child } from "./types/Deployment.sol";

/// @title The powerless root of one deployment
/// @notice Everything it will ever do is fixed by its constructor arguments, which its own CREATE2 address commits to: equal address on
/// two chains means equal rows and equal children.
contract KeystoneRoot is IKeystoneRoot {
    uint256 private constant MAX_ROWS = 8;
    bytes32 private constant SALT = 0;

    /// @inheritdoc IKeystoneRoot
    uint64 public immutable coordinatorChainId;

    bytes32 private immutable _coordinatorHash;
    bytes32 private immutable _escrowHash;
    bytes32 private immutable _registryHash;
    bytes32 private immutable _messengerHash;
    bytes32 private immutable _escrowExtensionHash;

    ChainRow[] private _rows;

    /// @param initCodeHashes keccak256 of each child's init code, in the order of `Child`.
    constructor(uint64 coordinatorChainId_, ChainRow[] memory rows_, bytes32[5] memory initCodeHashes) {
        // Check: a repeated chain or endpoint id would let one chain speak for two bits of a mask.
        if (rows_.length == 0 || rows_.length > MAX_ROWS) revert KeystoneRoot_InvalidRows();
        bool coordinatorFound = false;
        for (uint256 i = 0; i < rows_.length; ++i) {
            ChainRow memory row = rows_[i];
            if (row.chainId == 0 || row.eid == 0 || row.endpoint == address(0)) revert KeystoneRoot_InvalidRows();
            for (uint256 j = 0; j < i; ++j) {
                if (rows_[j].chainId == row.chainId || rows_[j].eid == row.eid) revert KeystoneRoot_InvalidRows();
            }
            if (row.chainId == coordinatorChainId_) coordinatorFound = true;
            _rows.push(row);
        }
        if (!coordinatorFound) revert KeystoneRoot_InvalidRows();

        coordinatorChainId = coordinatorChainId_;
        _coordinatorHash = initCodeHashes[uint256(Child.COORDINATOR)];
        _escrowHash = initCodeHashes[uint256(Child.ESCROW)];
        _registryHash = initCodeHashes[uint256(Child.REGISTRY)];
        _messengerHash = initCodeHashes[uint256(Child.MESSENGER)];
        _escrowExtensionHash = initCodeHashes[uint256(Child.ESCROW_EXTENSION)];
    }

    /// @inheritdoc IKeystoneRoot
    function deploy(Child child, bytes calldata initCode) external returns (address account) {
        bytes32 expected = _initCodeHash(child);
        bytes32 actual = keccak256(initCode);
        if (actual != expected) revert KeystoneRoot_WrongInitCode(child, expected, actual);
        if (!_belongsHere(child)) revert KeystoneRoot_WrongChain(child, block.chainid);

        account = addressOf(child);
        if (account.code.length != 0) return account;

        // Interaction: the child's constructor reads siblings and rows back from here.
        account = _create(initCode);
        if (account == address(0)) revert KeystoneRoot_CreationFailed(child);
        emit ChildDeployed(child, account);
    }

    /// @inheritdoc IKeystoneRoot
    function addressOf(Child child) public view returns (address) {
        return Create2.computeAddress(SALT, _initCodeHash(child));
    }

    /// @inheritdoc IKeystoneRoot
    function rows() external view returns (ChainRow[] memory) {
        return _rows;
    }

    /// @dev Coordinator and registry live once; escrow, its extension and messenger on every chain that has a row.
    function _belongsHere(Child child) private view returns (bool) {
        if (child == Child.COORDINATOR || child == Child.REGISTRY) return block.chainid == coordinatorChainId;
        for (uint256 i = 0; i < _rows.length; ++i) {
            if (_rows[i].chainId == block.chainid) return true;
        }
        return false;
    }

    function _initCodeHash(Child child) private view returns (bytes32) {
        if (child == Child.COORDINATOR) return _coordinatorHash;
        if (child == Child.ESCROW) return _escrowHash;
        if (child == Child.REGISTRY) return _registryHash;
        if (child == Child.MESSENGER) return _messengerHash;
        return _escrowExtensionHash;
    }

    /// @dev The compiler has no CREATE2 for code that is only known at run time.
    function _create(bytes memory initCode) private returns (address account) {
        assembly ("memory-safe") {
            account := create2(0, add(initCode, 0x20), mload(initCode), SALT)
        }
    }
}
