// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroMessenger } from "../interfaces/ILayerZeroMessenger.sol";
import { MessageKind } from "../types/Deployment.sol";
import { Leg, Terms } from "../types/Terms.sol";
import { GasFloor } from "./GasFloor.sol";
import { MessageCodec } from "./MessageCodec.sol";

/// @title How much gas a message is sent with, and how much it must find on arrival
/// @notice Sender and receiver count by the same constants, so a message that is delivered with what it was paid for never comes short,
/// and an executor that brings less only makes it wait. Each is a bound that the tests measure against the contracts.
library MessageGas {
    /// @dev To record one word at coordinator or escrow, with events, counted from the start of the delivery.
    uint256 internal constant RECORD = 110_000;
    /// @dev To end a delivery in good order whatever became of going on: one event with 256 bytes.
    uint256 internal constant RESERVE = 20_000;
    /// @dev To decode and hash terms.
    uint256 private constant DECODE = 20_000;
    uint256 private constant DECODE_PER_BYTE = 20;
    /// @dev To judge compliance and take every step to the verdict.
    uint256 private constant GO_ON = 400_000;
    /// @dev One payment, of a leg or a fee, in an ordinary token.
    uint256 private constant PAYMENT = 200_000;
    /// @dev A transaction may have 2^24 gas (EIP-7825), so nothing may ask for more. What does not fit is left to `claim` and `release`.
    uint256 private constant MAX_GO_ON = 14_000_000;
    /// @dev What the endpoint spends before it calls: it hashes the message and walks over nonces that were verified but not executed.
    uint256 private constant ENDPOINT = 60_000;
    uint256 private constant ENDPOINT_PER_BYTE = 10;

    /// @notice Reverts unless `required` is left, so that what follows cannot fail for want of it.
    function demand(uint256 required) internal view {
        uint256 left = gasleft();
        if (left < required) revert ILayerZeroMessenger.LayerZeroMessenger_InsufficientGas(required, left);
    }

    /// @notice All that is left but `reserve`.
    function keeping(uint256 reserve) internal view returns (uint256) {
        uint256 left = gasleft();
        return left > reserve ? left - reserve : 0;
    }

    function toDecode(uint256 encodedSize) internal pure returns (uint256) {
        return DECODE + DECODE_PER_BYTE * encodedSize;
    }

    /// @notice To go on at `chainId`: the steps, every payment there, and the floors that the escrow must see before it tries one. A
    /// RELEASED message pays nothing.
    function toGoOn(MessageKind kind, Terms calldata terms, uint64 chainId) internal pure returns (uint256 required) {
        required = GO_ON + RESERVE;
        if (kind == MessageKind.RELEASED) return required;
        uint256 legs = 0;
        uint256 mostFees = 0;
        Leg[] calldata all = terms.legs;
        for (uint256 i = 0; i < all.length; ++i) {
            Leg calldata leg = all[i];
            if (leg.chainId != chainId) continue;
            uint256 fees = leg.fees.length;
            if (fees > mostFees) mostFees = fees;
            required += PAYMENT * (1 + fees);
            ++legs;
        }
        // The first leg needs the floor for its fees alone, a later one is not begun without its own and those of its fees.
        if (legs > 1) required += GasFloor.STEP * (1 + mostFees);
        else if (mostFees > 0) required += GasFloor.STEP;
        if (required > MAX_GO_ON) required = MAX_GO_ON;
    }

    function toDeliverBare() internal pure returns (uint256) {
        return _withEndpoint(RECORD, MessageCodec.HEADER_SIZE);
    }

    /// @notice To record, decode and go on at `chainId`, two calls below the endpoint.
    function toDeliver(MessageKind kind, Terms calldata terms, uint64 chainId, uint256 size)
        internal
        pure
        returns (uint256)
    {
        return _withEndpoint(RECORD + RESERVE + toDecode(size) + toGoOn(kind, terms, chainId), size);
    }

    /// @notice LayerZero's type 3 options with one entry: this gas, and no value, for `lzReceive`.
    function options(uint256 gasAtTarget) internal pure returns (bytes memory) {
        return abi.encodePacked(uint16(3), uint8(1), uint16(17), uint8(1), uint128(gasAtTarget));
    }

    /// @dev Each call keeps a 64th back; three lie between the executor and coordinator or escrow.
    function _withEndpoint(uint256 below, uint256 size) private pure returns (uint256) {
        return below * 20 / 19 + ENDPOINT + ENDPOINT_PER_BYTE * size;
    }
}
