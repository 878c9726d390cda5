// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageKind, Wiring } from "../types/Deployment.sol";
import { SettlementId } from "../types/Terms.sol";
import { IMessenger } from "./IMessenger.sol";

/// @title The messenger over LayerZero V2
/// @notice The only contract that knows LayerZero. It has no owner and never a delegate at the endpoint. Wiring is custody until it is
/// sealed: it is set in one transaction, by anyone, if it hashes to what this chain's row promised, and read back in full before use.
interface ILayerZeroMessenger is IMessenger {
    /// @notice Emitted once, when the promised wiring was set at the endpoint.
    event Wired(bytes32 wiringHash);
    /// @notice Emitted once, when the wiring was read back without a difference.
    event Sealed();

    /// @notice Thrown when the caller is neither the contract that may send this kind nor, where only that may call, this contract itself.
    error LayerZeroMessenger_NotAuthorized(address caller);
    /// @notice Thrown when the wiring is not the one that this chain's row promised.
    error LayerZeroMessenger_WrongWiring(bytes32 expected, bytes32 actual);
    /// @notice Thrown by `wire` when it was done before.
    error LayerZeroMessenger_AlreadyWired();
    /// @notice Thrown by `seal` before `wire`.
    error LayerZeroMessenger_NotWired();
    /// @notice Thrown when a message is sent, quoted or delivered before `seal`.
    error LayerZeroMessenger_NotSealed();
    /// @notice Thrown by `seal` when the endpoint does not hold what was promised; `what` names the setting.
    error LayerZeroMessenger_Differs(uint32 eid, bytes32 what);
    /// @notice Thrown when the wiring itself breaks a rule of the protocol; `what` names it.
    error LayerZeroMessenger_InvalidWiring(uint32 eid, bytes32 what);
    /// @notice Thrown when another account than the endpoint delivers.
    error LayerZeroMessenger_NotEndpoint(address caller);
    /// @notice Thrown when a delivered message comes from no path of this chain, or not from the messenger at its other end.
    error LayerZeroMessenger_UnknownPeer(uint32 eid, bytes32 sender);
    /// @notice Thrown when the executor attaches value to a delivery.
    error LayerZeroMessenger_UnexpectedValue(uint256 value);
    /// @notice Thrown when no path leads from here to that chain.
    error LayerZeroMessenger_NoPath(uint64 chainId);
    /// @notice Thrown when the value does not pay for the message.
    error LayerZeroMessenger_InsufficientFee(uint256 required, uint256 sent);
    /// @notice Thrown when the gas left could make a sound message fail. The message stays deliverable, by anyone, with more.
    error LayerZeroMessenger_InsufficientGas(uint256 required, uint256 left);
    /// @notice Reason of `MessageIgnored` for bytes that no messenger of this deployment can have built.
    error LayerZeroMessenger_MalformedMessage();
    /// @notice Reason of `MessageIgnored` for a kind that has nothing to say on this chain; thrown when the escrow reports a verdict.
    error LayerZeroMessenger_WrongKind(MessageKind kind);
    /// @notice Reason of `MessageIgnored` when a message was recorded but carries other terms than those of its id.
    error LayerZeroMessenger_TermsMismatch(SettlementId expected, SettlementId actual);

    /// @notice Sets every path at the endpoint. One transaction, anyone, once, if keccak256(abi.encode(wiring)) is this chain's row.
    function wire(Wiring calldata wiring) external;

    /// @notice Reads everything back from the endpoint and opens the paths for good. Anyone; a sealed messenger is a no-op.
    function seal(Wiring calldata wiring) external;

    function isWired() external view returns (bool);

    function endpoint() external view returns (address);
}
