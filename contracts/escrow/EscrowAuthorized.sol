// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155Receiver } from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IERC3009 } from "../interfaces/IERC3009.sol";
import { IEscrowExtension } from "../interfaces/IEscrowExtension.sol";
import { IPermit2 } from "../interfaces/IPermit2.sol";
import { BoundedCall } from "../libraries/BoundedCall.sol";
import { EscrowDigest } from "../libraries/EscrowDigest.sol";
import { TermsLib } from "../libraries/TermsLib.sol";
import { TokenLib } from "../libraries/TokenLib.sol";
import { Asset } from "../types/Asset.sol";
import { Leg, Opening, SettlementId, Terms, TokenStandard } from "../types/Terms.sol";
import { EscrowDelegated } from "./EscrowDelegated.sol";
import { EscrowDeposits } from "./EscrowDeposits.sol";

/// @title Deposits by signature, and the hooks by which tokens ask whether they are welcome
/// @notice Whoever brings the signature, it moves one leg of one settlement from the wallet that signed, and nothing else.
abstract contract EscrowAuthorized is IEscrowExtension, EscrowDelegated, EscrowDeposits {
    using TermsLib for Terms;

    /// @dev The same on every chain that has it.
    IPermit2 private constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);
    uint256 private constant SIGNATURE_BYTES = 65;

    /// @inheritdoc IEscrowExtension
    function depositLegWithPermit(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        Opening[] calldata openings,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external payable delegated guarded {
        SettlementId id = _takeByPermit(terms, legIndex, secret, deadline, v, r, s);
        _finish(terms, id, openings);
    }

    /// @inheritdoc IEscrowExtension
    function depositLegWithPermit2(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        Opening[] calldata openings,
        address wallet,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external payable delegated guarded {
        SettlementId id = _takeByPermit2(terms, legIndex, secret, wallet, nonce, deadline, signature);
        _finish(terms, id, openings);
    }

    /// @inheritdoc IEscrowExtension
    function depositLegWithAuthorization(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        Opening[] calldata openings,
        address wallet,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external payable delegated guarded {
        SettlementId id = _takeByAuthorization(terms, legIndex, secret, wallet, validAfter, validBefore, signature);
        _finish(terms, id, openings);
    }

    /// @inheritdoc IEscrowExtension
    function authorizationNonce(SettlementId settlementId, uint256 legIndex) external view delegated returns (bytes32) {
        return _authorizationNonce(settlementId, legIndex);
    }

    // ---------------------------------------------------------------- receiver hooks

    /// @inheritdoc IERC1155Receiver
    function onERC1155Received(address operator, address, uint256, uint256, bytes calldata)
        external
        view
        delegated
        returns (bytes4)
    {
        if (operator != address(this) || msg.sender != _pulling) revert KeystoneEscrow_NotAuthorized(msg.sender);
        return IERC1155Receiver.onERC1155Received.selector;
    }

    /// @inheritdoc IERC1155Receiver
    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        view
        delegated
        returns (bytes4)
    {
        revert KeystoneEscrow_NotAuthorized(msg.sender);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external view delegated returns (bool) {
        return interfaceId == type(IERC1155Receiver).interfaceId || interfaceId == type(IERC165).interfaceId;
    }

    // ---------------------------------------------------------------- deposits

    function _takeByPermit(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) private returns (SettlementId id) {
        Leg calldata leg = _fungibleLeg(terms, legIndex);
        id = terms.hash();
        if (!_begin(terms, id, legIndex, secret, msg.sender)) return id;

        // Interaction
        BoundedCall.tryCall(
            leg.token,
            gasleft(),
            abi.encodeCall(IERC20Permit.permit, (msg.sender, address(this), leg.amount, deadline, v, r, s))
        );
        _pull(leg, msg.sender);
    }

    function _takeByPermit2(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        address wallet,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) private returns (SettlementId id) {
        Leg calldata leg = _fungibleLeg(terms, legIndex);
        bytes32 structHash = terms.structHash();
        id = terms.hash(structHash);
        if (!_begin(terms, id, legIndex, secret, wallet)) return id;

        // Interaction
        (bytes32 witness, string memory witnessType) = EscrowDigest.ofDeposit(legIndex, structHash);
        IPermit2.PermitTransferFrom memory permit =
            IPermit2.PermitTransferFrom(IPermit2.TokenPermissions(leg.token, leg.amount), nonce, deadline);
        IPermit2.SignatureTransferDetails memory details =
            IPermit2.SignatureTransferDetails(address(this), leg.amount);
        _receive(
            leg,
            address(PERMIT2),
            abi.encodeCall(IPermit2.permitWitnessTransferFrom, (permit, details, wallet, witness, witnessType, signature))
        );
    }

    function _takeByAuthorization(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        address wallet,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) private returns (SettlementId id) {
        if (signature.length != SIGNATURE_BYTES) revert KeystoneEscrow_InvalidSignature(wallet);
        Leg calldata leg = _fungibleLeg(terms, legIndex);
        id = terms.hash();
        if (!_begin(terms, id, legIndex, secret, wallet)) return id;

        // Interaction
        bytes memory data = abi.encodeCall(
            IERC3009.receiveWithAuthorization,
            (
                wallet,
                address(this),
                leg.amount,
                validAfter,
                validBefore,
                _authorizationNonce(id, legIndex),
                uint8(signature[64]),
                bytes32(signature[:32]),
                bytes32(signature[32:64])
            )
        );
        _receive(leg, leg.token, data);
    }

    /// @dev What is signed names an amount, so only of a token that is nothing else.
    function _fungibleLeg(Terms calldata terms, uint256 legIndex) private view returns (Leg calldata leg) {
        leg = _localLeg(terms, legIndex);
        if (leg.standard != TokenStandard.ERC20 && leg.standard != TokenStandard.ERC3643) {
            revert KeystoneEscrow_StandardNotSupported(uint8(leg.standard));
        }
    }

    /// @dev Has `target` move the leg's amount here.
    function _receive(Leg calldata leg, address target, bytes memory data) private {
        Asset memory asset = _assetOf(leg);
        _requireClass(asset);
        (bool knownBefore, uint256 balanceBefore) = TokenLib.balanceOf(asset, address(this));
        (bool ok, bytes memory reason) = BoundedCall.tryCall(target, gasleft(), data);
        (bool knownAfter, uint256 balanceAfter) = TokenLib.balanceOf(asset, address(this));
        if (!(ok && knownBefore && knownAfter)) revert KeystoneEscrow_TransferFailed(asset.token, reason);
        uint256 received = balanceAfter > balanceBefore ? balanceAfter - balanceBefore : 0;
        if (received != leg.amount) revert KeystoneEscrow_WrongAmountReceived(leg.amount, received);
    }

    function _authorizationNonce(SettlementId id, uint256 legIndex) private pure returns (bytes32) {
        return keccak256(abi.encode(id, legIndex));
    }
}
