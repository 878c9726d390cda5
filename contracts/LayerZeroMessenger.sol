// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {
    ILayerZeroEndpointV2,
    MessagingParams,
    MessagingReceipt,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { ILayerZeroReceiver } from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";
import { LayerZeroNonces } from "./LayerZeroNonces.sol";
import { IEscrowCore } from "./interfaces/IEscrowCore.sol";
import { IMessenger } from "./interfaces/IMessenger.sol";
import { ISettlementCoordinator } from "./interfaces/ISettlementCoordinator.sol";
import { BoundedCall } from "./libraries/BoundedCall.sol";
import { MessageCodec } from "./libraries/MessageCodec.sol";
import { MessageGas } from "./libraries/MessageGas.sol";
import { Reason } from "./libraries/Reason.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { MessageKind } from "./types/Deployment.sol";
import { SettlementId, Terms, Verdict } from "./types/Terms.sol";

/// @title The messenger over LayerZero V2
/// @notice Sends what the deployment's coordinator and escrow say, and hands on what the messenger of another chain sent. A message is
/// recorded first, in one word; going on is a second try, and losing it loses nothing, because anyone may call the same function again.
/// @dev Safety rests on the endpoint, the wired verifiers and `origin`; gas, executor, extraData and order are anybody's choice.
contract LayerZeroMessenger is LayerZeroNonces, ILayerZeroReceiver {
    /// @dev LayerZero's LZ_InsufficientFee(requiredNative, suppliedNative, requiredLzToken, suppliedLzToken).
    bytes4 private constant LZ_INSUFFICIENT_FEE =
        bytes4(keccak256("LZ_InsufficientFee(uint256,uint256,uint256,uint256)"));

    // ---------------------------------------------------------------- sending

    /// @inheritdoc IMessenger
    function sendReport(
        MessageKind kind,
        SettlementId settlementId,
        Terms calldata terms,
        bool carryTerms,
        address refundTo
    ) external payable returns (bytes32 guid) {
        if (msg.sender != _escrow) revert LayerZeroMessenger_NotAuthorized(msg.sender);
        if (kind == MessageKind.VERDICT) revert LayerZeroMessenger_WrongKind(kind);
        return _send(_coordinatorChainId, kind, Verdict.NONE, settlementId, terms, carryTerms, refundTo);
    }

    /// @inheritdoc IMessenger
    function sendVerdict(
        uint64 chainId,
        SettlementId settlementId,
        Verdict verdict,
        Terms calldata terms,
        bool carryTerms,
        address refundTo
    ) external payable returns (bytes32 guid) {
        // On another chain nothing can stand at the coordinator's address, since the root creates it on its own chain only.
        if (msg.sender != _coordinator) revert LayerZeroMessenger_NotAuthorized(msg.sender);
        return _send(chainId, MessageKind.VERDICT, verdict, settlementId, terms, carryTerms, refundTo);
    }

    /// @inheritdoc IMessenger
    function quote(uint64 chainId, MessageKind kind, Terms calldata terms, bool carryTerms)
        external
        view
        returns (uint256 fee)
    {
        // Id and verdict do not change the price, only the length does.
        MessagingParams memory params =
            _params(chainId, kind, Verdict.NONE, SettlementId.wrap(bytes32(0)), terms, carryTerms);
        return ILayerZeroEndpointV2(endpoint).quote(params, address(this)).nativeFee;
    }

    // ---------------------------------------------------------------- receiving

    /// @notice Whether the endpoint may accept a first message of this path: only from the messenger at its other end, only when sealed.
    function allowInitializePath(Origin calldata origin) external view returns (bool) {
        return isSealed() && _sourceOf(origin) != 0;
    }

    /// @notice Zero, LayerZero's word for "in any order".
    function nextNonce(uint32, bytes32) external pure returns (uint64) {
        return 0;
    }

    /// @notice Delivers one message of a peer. Reverts for a peer's message only when it brings too little gas, or value; everything else
    /// is recorded or consumed, so that no message can block its path.
    /// @dev Executor and extraData are whoever's they are and say nothing. Delivered from inside a call of the deployment a message is
    /// recorded as ever, and does not go on.
    function lzReceive(Origin calldata origin, bytes32 guid, bytes calldata message, address, bytes calldata)
        external
        payable
    {
        // Check
        if (msg.sender != endpoint) revert LayerZeroMessenger_NotEndpoint(msg.sender);
        if (!isSealed()) revert LayerZeroMessenger_NotSealed();
        uint64 source = _sourceOf(origin);
        if (source == 0) revert LayerZeroMessenger_UnknownPeer(origin.srcEid, origin.sender);
        if (msg.value != 0) revert LayerZeroMessenger_UnexpectedValue(msg.value);
        MessageGas.demand(MessageGas.RECORD);

        (bool wellFormed, MessageKind kind, Verdict verdict, SettlementId settlementId) =
            MessageCodec.decodeHeader(message);
        if (!wellFormed) {
            emit MessageIgnored(guid, abi.encodeWithSelector(LayerZeroMessenger_MalformedMessage.selector));
            return;
        }
        // Reports are for the coordinator's chain, verdicts for the others, whose only path leads to it.
        if ((kind == MessageKind.VERDICT) == _isCoordinatorChain()) {
            emit MessageIgnored(guid, abi.encodeWithSelector(LayerZeroMessenger_WrongKind.selector, kind));
            return;
        }

        // Effect: the one word, at coordinator or escrow.
        if (!_record(guid, kind, verdict, settlementId, source)) return;
        emit MessageReceived(guid, settlementId, source, kind, verdict);

        // Interaction
        bytes calldata encodedTerms = MessageCodec.encodedTerms(message);
        if (encodedTerms.length == 0) return;
        if (encodedTerms.length > 32) _tryToGoOn(guid, kind, verdict, settlementId, encodedTerms);
        else emit MessageIgnored(guid, abi.encodeWithSelector(LayerZeroMessenger_MalformedMessage.selector));
    }

    /// @notice The second half of a delivery that carries terms: hash, then `advance`, `release` or `refundExpired`. This contract only.
    /// @dev A frame of its own, so that hostile bytes fail to decode in here. Reverts for its own reasons only, never with the callee's.
    function goOn(bytes32 guid, MessageKind kind, Verdict verdict, SettlementId settlementId, Terms calldata terms)
        external
    {
        if (msg.sender != address(this)) revert LayerZeroMessenger_NotAuthorized(msg.sender);
        SettlementId actual = TermsLib.hash(terms);
        if (!(actual == settlementId)) revert LayerZeroMessenger_TermsMismatch(settlementId, actual);
        MessageGas.demand(MessageGas.toGoOn(kind, terms, uint64(block.chainid)));

        (address target, bytes4 selector) = kind != MessageKind.VERDICT
            ? (_coordinator, ISettlementCoordinator.advance.selector)
            : (
                _escrow,
                verdict == Verdict.EXECUTE ? IEscrowCore.release.selector : IEscrowCore.refundExpired.selector
            );
        // The terms go on as they came: behind five words of arguments, the last of which is their offset.
        bytes memory data = bytes.concat(selector, bytes32(uint256(0x20)), msg.data[4 + 5 * 32:]);
        (bool ok, bytes memory reason) = BoundedCall.tryCall(target, MessageGas.keeping(MessageGas.RESERVE), data);
        if (!ok) emit MessageIgnored(guid, reason);
    }

    // ---------------------------------------------------------------- internals

    function _send(
        uint64 chainId,
        MessageKind kind,
        Verdict verdict,
        SettlementId settlementId,
        Terms calldata terms,
        bool carryTerms,
        address refundTo
    ) private returns (bytes32 guid) {
        MessagingParams memory params = _params(chainId, kind, verdict, settlementId, terms, carryTerms);

        // Interaction: the endpoint takes the fee and returns the rest to `refundTo` itself.
        try ILayerZeroEndpointV2(endpoint).send{ value: msg.value }(params, refundTo) returns (
            MessagingReceipt memory receipt
        ) {
            guid = receipt.guid;
        } catch (bytes memory reason) {
            _revertWith(reason);
        }
        emit MessageSent(guid, settlementId, chainId, kind, verdict, carryTerms);
    }

    function _params(
        uint64 chainId,
        MessageKind kind,
        Verdict verdict,
        SettlementId settlementId,
        Terms calldata terms,
        bool carryTerms
    ) private view returns (MessagingParams memory) {
        uint32 eid = _openPath(chainId);
        bytes memory message = carryTerms
            ? MessageCodec.encode(kind, verdict, settlementId, terms)
            : MessageCodec.encode(kind, verdict, settlementId);
        uint256 gasAtTarget =
            carryTerms ? MessageGas.toDeliver(kind, terms, chainId, message.length) : MessageGas.toDeliverBare();
        return MessagingParams(eid, _peer(), message, MessageGas.options(gasAtTarget), false);
    }

    /// @dev Names the missing fee; anything else the endpoint says is passed on.
    function _revertWith(bytes memory reason) private view {
        if (bytes4(reason) == LZ_INSUFFICIENT_FEE && reason.length >= 36) {
            uint256 required;
            assembly ("memory-safe") {
                required := mload(add(reason, 0x24))
            }
            revert LayerZeroMessenger_InsufficientFee(required, msg.value);
        }
        Reason.raise(reason);
    }

    /// @return recorded False when the callee refused, which leaves nothing to go on with.
    function _record(bytes32 guid, MessageKind kind, Verdict verdict, SettlementId settlementId, uint64 source)
        private
        returns (bool recorded)
    {
        (address target, bytes memory data) = kind == MessageKind.VERDICT
            ? (_escrow, abi.encodeCall(IEscrowCore.recordVerdict, (settlementId, verdict)))
            : (
                _coordinator,
                kind == MessageKind.LOCKED
                    ? abi.encodeCall(ISettlementCoordinator.recordLocked, (settlementId, source))
                    : abi.encodeCall(ISettlementCoordinator.recordReleased, (settlementId, source))
            );
        bytes memory reason;
        (recorded, reason) = BoundedCall.tryCall(target, gasleft(), data);
        if (recorded) return true;
        // A refusal has a name; a failure without one is lack of gas, and must not consume the message.
        if (reason.length == 0) revert LayerZeroMessenger_InsufficientGas(MessageGas.RECORD, gasleft());
        emit MessageIgnored(guid, reason);
    }

    function _tryToGoOn(
        bytes32 guid,
        MessageKind kind,
        Verdict verdict,
        SettlementId settlementId,
        bytes calldata encodedTerms
    ) private {
        MessageGas.demand(MessageGas.RESERVE + MessageGas.toDecode(encodedTerms.length));
        // `goOn` takes the terms as its fifth argument, so the offset of abi.encode(terms), its first word, is replaced.
        bytes memory data = bytes.concat(
            abi.encodeWithSelector(this.goOn.selector, guid, kind, verdict, settlementId, uint256(5 * 32)),
            encodedTerms[32:]
        );
        (bool ok, bytes memory reason) =
            BoundedCall.tryCall(address(this), MessageGas.keeping(MessageGas.RESERVE), data);
        if (ok) return;
        if (bytes4(reason) == LayerZeroMessenger_InsufficientGas.selector) _revertWith(reason);
        emit MessageIgnored(
            guid,
            reason.length == 0 ? abi.encodeWithSelector(LayerZeroMessenger_MalformedMessage.selector) : reason
        );
    }

    /// @return chainId The chain at the other end of the path, or zero when the message is not from this deployment.
    function _sourceOf(Origin calldata origin) private view returns (uint64 chainId) {
        return origin.sender == _peer() ? _chainOf(origin.srcEid) : 0;
    }

    function _isCoordinatorChain() private view returns (bool) {
        return block.chainid == _coordinatorChainId;
    }
}
