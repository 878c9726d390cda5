// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Wiring } from "../types/Deployment.sol";
import { IMessenger } from "./IMessenger.sol";

/// @title The messenger over LayerZero V2
/// @notice The only contract that knows LayerZero. It has no owner and never a delegate at the endpoint. Wiring is custody until it is
/// sealed: it is set in one transaction, by anyone, if it hashes to what this chain's row promised, and read back in full before use.
interface ILayerZeroMessenger is IMessenger {
    /// @notice Emitted once, when the promised wiring was set at the endpoint.
    event Wired(bytes32 wiringHash);
    /// @notice Emitted once, when the wiring was read back without a difference.
    event Sealed();

    error LayerZeroMessenger_NotAuthorized(address caller);
    error LayerZeroMessenger_WrongWiring(bytes32 expected, bytes32 actual);
    error LayerZeroMessenger_AlreadyWired();
    error LayerZeroMessenger_NotWired();
    error LayerZeroMessenger_NotSealed();
    /// @notice Thrown by `seal` when the endpoint does not hold what was promised; `what` names the setting.
    error LayerZeroMessenger_Differs(uint32 eid, bytes32 what);
    /// @notice Thrown when the wiring itself breaks a rule of the protocol; `what` names it.
    error LayerZeroMessenger_InvalidWiring(uint32 eid, bytes32 what);
    error LayerZeroMessenger_NotEndpoint(address caller);
    error LayerZeroMessenger_UnknownPeer(uint32 eid, bytes32 sender);
    error LayerZeroMessenger_UnexpectedValue(uint256 value);
    error LayerZeroMessenger_NoPath(uint64 chainId);
    error LayerZeroMessenger_InsufficientFee(uint256 required, uint256 sent);
    error LayerZeroMessenger_InsufficientGas(uint256 required, uint256 left);

    /// @notice Sets every path at the endpoint. One transaction, anyone, once, if keccak256(abi.encode(wiring)) is this chain's row.
    function wire(Wiring calldata wiring) external;

    /// @notice Reads everything back from the endpoint and opens the paths for good. Anyone; a sealed messenger is a no-op.
    function seal(Wiring calldata wiring) external;

    function isWired() external view returns (bool);

    function endpoint() external view returns (address);
}
