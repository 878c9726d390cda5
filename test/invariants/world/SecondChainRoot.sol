// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ChainRow, Child } from "../../../contracts/types/Deployment.sol";

/// @title The root of the second chain, where both chains live in one machine
/// @notice On two real chains CREATE2 gives every child the same address. Here the first chain's real root has taken those addresses, so
/// the children of this one stand elsewhere; otherwise it creates and names them as `KeystoneRoot` does.
contract SecondChainRoot {
    uint64 public immutable coordinatorChainId;

    address private immutable _coordinator;
    ChainRow[] private _rows;
    mapping(Child child => address account) private _accounts;

    constructor(uint64 coordinatorChainId_, ChainRow[] memory rows_, address coordinator) {
        coordinatorChainId = coordinatorChainId_;
        _coordinator = coordinator;
        for (uint256 i = 0; i < rows_.length; ++i) {
            _rows.push(rows_[i]);
        }
    }

    /// @dev The address is known before the code: a child's constructor asks for its siblings.
    function expect(Child child, bytes32 initCodeHash) external {
        _accounts[child] = address(
            uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), bytes32(0), initCodeHash))))
        );
    }

    function deploy(Child child, bytes memory initCode) external returns (address account) {
        assembly ("memory-safe") {
            account := create2(0, add(initCode, 0x20), mload(initCode), 0)
        }
        require(account == _accounts[child] && account != address(0), "not the child that was expected");
    }

    /// @dev The coordinator lives on the first chain only; here nobody calls it, and terms name it.
    function addressOf(Child child) external view returns (address) {
        return child == Child.COORDINATOR ? _coordinator : _accounts[child];
    }

    function rows() external view returns (ChainRow[] memory) {
        return _rows;
    }
}
