// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroEndpointV2 } from
    "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { LayerZeroWiring } from "./LayerZeroWiring.sol";
import { ILayerZeroMessenger } from "./interfaces/ILayerZeroMessenger.sol";

/// @title The way past a message that is never verified
/// @notice The endpoint executes a nonce only when every lower one is verified, so one that never is would hold up its path for good.
/// @dev The verifiers' word that a higher nonce exists proves that the lower one was sent, so nothing can be marked before its time. What
/// was verified once is never unverified again: it is in the channel, or executed.
abstract contract LayerZeroNonces is LayerZeroWiring {
    struct Mark {
        uint40 at;
        bool skipped;
    }

    /// @inheritdoc ILayerZeroMessenger
    uint256 public constant STUCK_DELAY = 7 days;

    mapping(uint64 chainId => mapping(uint64 nonce => Mark)) private _marks;

    /// @inheritdoc ILayerZeroMessenger
    function markStuck(uint64 chainId, uint64 nonce, uint64 verifiedNonce) external {
        uint32 eid = _openPath(chainId);
        Mark storage mark = _marks[chainId][nonce];
        if (mark.at != 0) return;

        // Check
        _checkUnverified(chainId, eid, nonce);
        // What is verified above an unverified nonce cannot have been executed yet, so its hash is still there.
        if (verifiedNonce <= nonce || !_isInChannel(eid, verifiedNonce)) {
            revert LayerZeroMessenger_NotVerifiedAbove(chainId, nonce, verifiedNonce);
        }

        // Effect
        mark.at = uint40(block.timestamp);
        emit NonceMarked(chainId, nonce, block.timestamp + STUCK_DELAY);
    }

    /// @inheritdoc ILayerZeroMessenger
    function skipStuck(uint64 chainId, uint64 nonce) external {
        uint32 eid = _openPath(chainId);
        Mark storage mark = _marks[chainId][nonce];
        if (mark.skipped) return;

        // Check
        if (mark.at == 0) revert LayerZeroMessenger_NotMarked(chainId, nonce);
        uint256 skippableAt = mark.at + STUCK_DELAY;
        if (block.timestamp < skippableAt) revert LayerZeroMessenger_NotSkippableYet(skippableAt, block.timestamp);
        _checkUnverified(chainId, eid, nonce);
        ILayerZeroEndpointV2 lz = ILayerZeroEndpointV2(endpoint);
        uint64 lowest = lz.inboundNonce(address(this), eid, _peer()) + 1;
        if (nonce != lowest) revert LayerZeroMessenger_LowerNonceFirst(chainId, lowest);

        // Effect
        mark.skipped = true;
        emit NonceSkipped(chainId, nonce);

        // Interaction
        lz.skip(address(this), eid, _peer(), nonce);
    }

    /// @inheritdoc ILayerZeroMessenger
    function markedAt(uint64 chainId, uint64 nonce) external view returns (uint256) {
        return _marks[chainId][nonce].at;
    }

    /// @dev At or below the endpoint's lazy nonce everything is executed, skipped or waiting to be executed.
    function _checkUnverified(uint64 chainId, uint32 eid, uint64 nonce) private view {
        bool passed = nonce <= ILayerZeroEndpointV2(endpoint).lazyInboundNonce(address(this), eid, _peer());
        if (passed || _isInChannel(eid, nonce)) revert LayerZeroMessenger_NotStuck(chainId, nonce);
    }

    /// @dev Whether the nonce is verified and not yet executed.
    function _isInChannel(uint32 eid, uint64 nonce) private view returns (bool) {
        return ILayerZeroEndpointV2(endpoint).inboundPayloadHash(address(this), eid, _peer(), nonce) != 0;
    }
}
