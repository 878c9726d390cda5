// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1400 } from "../../contracts/interfaces/IERC1400.sol";

/// @title A reference double of ERC-1400: partitions and operators as ERC-1410 has them, status codes as ERC-1400 lists them
/// @dev No implementation of the drafts is maintained, so this stands for them. Only what concerns transfers of a partition.
contract PartitionedToken is IERC1400 {
    bytes1 internal constant FAILURE = 0x50;
    bytes1 internal constant SUCCESS = 0x51;
    bytes1 internal constant INSUFFICIENT_BALANCE = 0x52;
    bytes1 internal constant HALTED = 0x54;
    bytes1 internal constant INVALID_RECEIVER = 0x57;

    /// @notice The code that `canTransferByPartition` would have given.
    error PartitionedToken_Refused(bytes1 status);
    error PartitionedToken_NotOperator(address operator);

    event TransferByPartition(
        bytes32 indexed fromPartition,
        address operator,
        address indexed from,
        address indexed to,
        uint256 value,
        bytes data,
        bytes operatorData
    );
    event AuthorizedOperatorByPartition(
        bytes32 indexed partition, address indexed operator, address indexed tokenHolder
    );

    mapping(bytes32 partition => mapping(address holder => uint256)) public override balanceOfByPartition;
    mapping(address holder => mapping(bytes32 partition => mapping(address operator => bool))) public isOperatorForPartition;
    mapping(address account => bool) public barred;
    bool public halted;

    function issueByPartition(bytes32 partition, address holder, uint256 value) external {
        balanceOfByPartition[partition][holder] += value;
    }

    function authorizeOperatorByPartition(bytes32 partition, address operator) external {
        isOperatorForPartition[msg.sender][partition][operator] = true;
        emit AuthorizedOperatorByPartition(partition, operator, msg.sender);
    }

    function bar(address account, bool barred_) external {
        barred[account] = barred_;
    }

    function halt(bool halted_) external {
        halted = halted_;
    }

    function transferByPartition(bytes32 partition, address to, uint256 value, bytes calldata data)
        external
        virtual
        returns (bytes32)
    {
        return _transfer(partition, msg.sender, to, value, data, "");
    }

    function operatorTransferByPartition(
        bytes32 partition,
        address from,
        address to,
        uint256 value,
        bytes calldata data,
        bytes calldata operatorData
    ) external virtual returns (bytes32) {
        if (!isOperatorForPartition[from][partition][msg.sender]) revert PartitionedToken_NotOperator(msg.sender);
        return _transfer(partition, from, to, value, data, operatorData);
    }

    function canTransferByPartition(bytes32 partition, address to, uint256 value, bytes calldata)
        external
        view
        virtual
        returns (bytes1, bytes32, bytes32)
    {
        return (_status(partition, msg.sender, to, value), 0, partition);
    }

    function _transfer(
        bytes32 partition,
        address from,
        address to,
        uint256 value,
        bytes calldata data,
        bytes memory operatorData
    ) internal returns (bytes32) {
        bytes1 status = _status(partition, from, to, value);
        if (status != SUCCESS) revert PartitionedToken_Refused(status);
        balanceOfByPartition[partition][from] -= value;
        balanceOfByPartition[partition][to] += value;
        emit TransferByPartition(partition, msg.sender, from, to, value, data, operatorData);
        return partition;
    }

    function _status(bytes32 partition, address from, address to, uint256 value) internal view returns (bytes1) {
        if (halted) return HALTED;
        if (barred[to]) return INVALID_RECEIVER;
        if (barred[from]) return FAILURE;
        return balanceOfByPartition[partition][from] < value ? INSUFFICIENT_BALANCE : SUCCESS;
    }
}
