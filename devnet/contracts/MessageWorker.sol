// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroExecutor } from "@layerzerolabs/lz-evm-messagelib-v2/contracts/interfaces/ILayerZeroExecutor.sol";
import { ILayerZeroTreasury } from "@layerzerolabs/lz-evm-messagelib-v2/contracts/interfaces/ILayerZeroTreasury.sol";
import { ILayerZeroDVN } from "@layerzerolabs/lz-evm-messagelib-v2/contracts/uln/interfaces/ILayerZeroDVN.sol";

/// @title The worker of the local world
/// @notice Stands on chain for a verifier, an executor or the treasury of LayerZero's send library: it only names its price. The work
/// itself is done off chain by accounts that the receiving side is configured with. Local chains and tests only.
/// @dev Prices are tiny and never zero, so that quotes, payments and refunds are exercised. Who deploys several gets several operators.
contract MessageWorker is ILayerZeroDVN, ILayerZeroExecutor, ILayerZeroTreasury {
    /// @notice Wei for one verification.
    uint256 public constant VERIFIER_FEE = 1 gwei;
    /// @notice Wei for one execution, before its gas and its bytes.
    uint256 public constant EXECUTOR_FEE = 1 gwei;
    /// @notice Wei for each byte of the message.
    uint256 public constant FEE_PER_BYTE = 1000;
    /// @notice Wei the treasury takes on every message.
    uint256 public constant TREASURY_FEE = 0.1 gwei;

    /// @dev Where the gas lies in an executor option: worker 1 byte, size 2, type 1, gas 16.
    uint256 private constant GAS_OFFSET = 4;
    uint256 private constant GAS_END = 20;

    /// @notice The verifier's price. Charged by the send library, so nothing is paid here.
    function assignJob(AssignJobParam calldata, bytes calldata) external payable returns (uint256 fee) {
        return VERIFIER_FEE;
    }

    /// @notice The verifier's price.
    function getFee(uint32, uint64, address, bytes calldata) external pure returns (uint256 fee) {
        return VERIFIER_FEE;
    }

    /// @notice The executor's price: one wei for each unit of gas that the options ask for, and a little for the bytes.
    function assignJob(uint32, address, uint256 calldataSize, bytes calldata options) external pure returns (uint256 price) {
        return _executorFee(calldataSize, options);
    }

    /// @notice The executor's price.
    function getFee(uint32, address, uint256 calldataSize, bytes calldata options) external pure returns (uint256 price) {
        return _executorFee(calldataSize, options);
    }

    /// @notice The treasury's price.
    function payFee(address, uint32, uint256, bool) external payable returns (uint256 fee) {
        return TREASURY_FEE;
    }

    /// @notice The treasury's price.
    function getFee(address, uint32, uint256, bool) external pure returns (uint256 fee) {
        return TREASURY_FEE;
    }

    function _executorFee(uint256 calldataSize, bytes calldata options) private pure returns (uint256) {
        uint256 gasAsked = options.length < GAS_END ? 0 : uint128(bytes16(options[GAS_OFFSET:GAS_END]));
        return EXECUTOR_FEE + calldataSize * FEE_PER_BYTE + gasAsked;
    }
}
