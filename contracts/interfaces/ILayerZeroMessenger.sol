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
    /// @notice Emitted once for each nonce of the path from `chainId` that was found unverified below a verified one.
    event NonceMarked(uint64 indexed chainId, uint64 indexed nonce, uint256 skippableAt);
    /// @notice Emitted when a marked nonce was given up. Its message is lost; whoever needs it sends it again.
    event NonceSkipped(uint64 indexed chainId, uint64 indexed nonce);

    /// @notice Thrown when the caller is neither the contract that may send this kind nor, where only that may call, this contract itself.
    error LayerZeroMessenger_NotAuthorized(address caller);
    /// @notice Thrown when the wiring is not the one that this chain's row promised.
    error LayerZeroMessenger_WrongWiring(bytes32 expected, bytes32 actual);
    /// @notice Thrown by `wire` when it was done before.
    error LayerZeroMessenger_AlreadyWired();
    /// @notice Thrown by `seal` before `wire`.
    error LayerZeroMessenger_NotWired();
    /// @notice Thrown when a message is sent, quoted or delivered, or a nonce marked or skipped, before `seal`.
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
    /// @notice Thrown when there is no path between here and that chain.
    error LayerZeroMessenger_NoPath(uint64 chainId);
    /// @notice Thrown when the value does not pay for the message.
    error LayerZeroMessenger_InsufficientFee(uint256 required, uint256 sent);
    /// @notice Thrown when the gas left could make a sound message fail. The message stays deliverable, by anyone, with more.
    error LayerZeroMessenger_InsufficientGas(uint256 required, uint256 left);
    /// @notice Thrown when the nonce is verified, executed or skipped, so that it holds up nothing.
    error LayerZeroMessenger_NotStuck(uint64 chainId, uint64 nonce);
    /// @notice Thrown when `verifiedNonce` is not above the nonce, or is itself not verified.
    error LayerZeroMessenger_NotVerifiedAbove(uint64 chainId, uint64 nonce, uint64 verifiedNonce);
    /// @notice Thrown when a nonce should be skipped that was never marked.
    error LayerZeroMessenger_NotMarked(uint64 chainId, uint64 nonce);
    /// @notice Thrown when `STUCK_DELAY` has not passed since the nonce was marked.
    error LayerZeroMessenger_NotSkippableYet(uint256 skippableAt, uint256 now_);
    /// @notice Thrown when another nonce holds up the path below this one; `lowest` has to be verified or skipped before it.
    error LayerZeroMessenger_LowerNonceFirst(uint64 chainId, uint64 lowest);
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

    /// @notice Starts the delay after which a message that the verifiers left out may be skipped. Anyone, for any number of nonces at a
    /// time; a nonce that is marked already is a no-op that keeps its first time.
    /// @param chainId The source chain of the path.
    /// @param nonce LayerZero's number of the message: not verified, not executed, not skipped.
    /// @param verifiedNonce A higher nonce of the path that is verified.
    function markStuck(uint64 chainId, uint64 nonce, uint64 verifiedNonce) external;

    /// @notice Gives up a marked nonce that is still unverified when `STUCK_DELAY` has passed, so that the path goes on behind it. Anyone;
    /// a nonce that is skipped already is a no-op. Verification, at any time before, makes it impossible for good.
    /// @dev Only the lowest unverified nonce can be skipped, for the endpoint demands that order; those behind it, marked at the same time,
    /// can follow at once. The endpoint counts up to it through all that is verified and not executed; where that is too much for one
    /// transaction, executing some of it first shortens the way.
    function skipStuck(uint64 chainId, uint64 nonce) external;

    /// @notice Unix seconds when the nonce was marked; zero if it was not.
    function markedAt(uint64 chainId, uint64 nonce) external view returns (uint256);

    /// @notice Seconds between mark and skip: 7 days.
    /// @dev Messages are verified in any order, so marks are free for anyone to make of messages that are merely late; with no delay, or a
    /// short one, a stranger could burn them and have their senders pay again and again. Within 7 days verifiers that were down over a
    /// weekend, or whose operator had an incident, have come back. It is not longer because value may be waiting behind the gap. Safety
    /// does not depend on it: a skipped message is a lost copy, and LOCKED, VERDICT and RELEASED can each be sent again by anyone.
    function STUCK_DELAY() external view returns (uint256);

    function isWired() external view returns (bool);

    function endpoint() external view returns (address);
}
