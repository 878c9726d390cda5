// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155Receiver } from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { Address } from "@openzeppelin/contracts/utils/Address.sol";
import { EscrowDeposits } from "./escrow/EscrowDeposits.sol";
import { IEscrowCore } from "./interfaces/IEscrowCore.sol";
import { IERC3009 } from "./interfaces/IERC3009.sol";
import { IEscrowExtension } from "./interfaces/IEscrowExtension.sol";
import { IPermit2 } from "./interfaces/IPermit2.sol";
import { BoundedCall } from "./libraries/BoundedCall.sol";
import { EscrowDigest } from "./libraries/EscrowDigest.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { TokenLib } from "./libraries/TokenLib.sol";
import { Asset } from "./types/Asset.sol";
import { MessageKind } from "./types/Deployment.sol";
import { Leg, Opening, SettlementId, Terms, TokenStandard, Verdict } from "./types/Terms.sol";

/// @title The rest of the escrow's code
/// @notice Stateless: it runs in the escrow's name and storage, or not at all.
contract KeystoneEscrowExtension is IEscrowExtension, EscrowDeposits {
    using TermsLib for Terms;

    /// @dev The same on every chain that has it.
    IPermit2 private constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);
    uint256 private constant SIGNATURE_BYTES = 65;

    modifier delegated() {
        if (address(this) != address(ESCROW)) revert KeystoneEscrow_NotDelegated();
        _;
    }

    // ---------------------------------------------------------------- authorized deposits

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
    ) external payable delegated {
        _takeByPermit(terms, legIndex, secret, deadline, v, r, s);
        _finishInCore(terms, openings);
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
    ) external payable delegated {
        _takeByPermit2(terms, legIndex, secret, wallet, nonce, deadline, signature);
        _finishInCore(terms, openings);
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
    ) external payable delegated {
        _takeByAuthorization(terms, legIndex, secret, wallet, validAfter, validBefore, signature);
        _finishInCore(terms, openings);
    }

    /// @inheritdoc IEscrowExtension
    function authorizationNonce(SettlementId settlementId, uint256 legIndex) external view delegated returns (bytes32) {
        return _authorizationNonce(settlementId, legIndex);
    }

    // ---------------------------------------------------------------- stuck legs

    /// @inheritdoc IEscrowExtension
    function waive(Terms calldata terms, uint256 legIndex) external delegated guarded {
        (SettlementId id, Entry memory entry, address recipient) = _waivable(terms, legIndex);
        if (recipient == address(0)) return;

        // Check
        if (msg.sender != recipient) revert KeystoneEscrow_NotEntitled(legIndex, msg.sender);

        // Effect
        _waive(terms, id, entry, legIndex, recipient);
    }

    /// @inheritdoc IEscrowExtension
    function waiveBySig(Terms calldata terms, uint256 legIndex, uint40 validUntil, bytes calldata signature)
        external
        delegated
        guarded
    {
        (SettlementId id, Entry memory entry, address recipient) = _waivable(terms, legIndex);
        if (recipient == address(0)) return;
        Leg calldata leg = terms.legs[legIndex];

        // Check
        _checkValidity(validUntil);
        bytes32 digest = EscrowDigest.ofWaive(id, leg, legIndex, _walletIn(entry, id, leg.from), validUntil);
        if (!SignatureChecker.isValidSignatureNowCalldata(recipient, digest, signature)) {
            revert KeystoneEscrow_InvalidSignature(recipient);
        }

        // Effect
        _waive(terms, id, entry, legIndex, recipient);
    }

    /// @inheritdoc IEscrowExtension
    function redirect(
        Terms calldata terms,
        uint256 legIndex,
        address wallet,
        uint40 validUntil,
        bytes[] calldata signatures
    ) external delegated guarded {
        SettlementId id = terms.hash();
        (Leg calldata leg, Entry memory entry) = _unpaidLeg(terms, id, legIndex);

        // Check
        bool asRecipient = entry.waived & (1 << legIndex) == 0 && _isExecute(id, entry.locked, terms);
        if (msg.sender != _payeeOf(entry, id, leg, legIndex, asRecipient)) {
            revert KeystoneEscrow_NotEntitled(legIndex, msg.sender);
        }
        if (wallet == address(0) || wallet == address(this) || wallet == leg.token) {
            revert KeystoneEscrow_InvalidRecipient(asRecipient ? leg.to : leg.from, wallet);
        }
        _checkValidity(validUntil);
        _checkAttesters(terms, EscrowDigest.ofRedirect(id, legIndex, wallet, validUntil), signatures);

        // Effect
        if (!entry.redirected) _entries[id].redirected = true;
        _redirects[id][legIndex] = wallet;
        emit LegRedirected(id, uint8(legIndex), wallet);
    }

    // ---------------------------------------------------------------- reports

    /// @inheritdoc IEscrowExtension
    function notifyReleased(Terms calldata terms) external payable delegated guarded {
        SettlementId id = terms.hash();

        // Check
        if (!_isExecute(id, _entries[id].locked, terms)) revert KeystoneEscrow_OtherVerdict(id, _verdictOf(id));
        if (!_allTried(terms, id)) revert KeystoneEscrow_NotReleased(id);

        // Interaction
        if (_isHome()) {
            _reportIfTried(terms, id);
            _returnValue(msg.value);
        } else {
            _send(MessageKind.RELEASED, terms, id);
        }
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

    // ---------------------------------------------------------------- views

    /// @inheritdoc IEscrowExtension
    function stateOf(SettlementId settlementId) external view delegated returns (Record memory) {
        Entry memory entry = _entries[settlementId];
        OwedFees memory fees = _owedFees[settlementId];
        return Record({
            verdict: _verdictOf(settlementId),
            locked: entry.locked,
            deposited: entry.deposited,
            paid: entry.paid,
            claimable: entry.claimable,
            waived: entry.waived,
            feesOwed: fees.mask,
            feeCursor: fees.cursor
        });
    }

    /// @inheritdoc IEscrowExtension
    function verdictOf(SettlementId settlementId) external view delegated returns (Verdict) {
        return _verdictOf(settlementId);
    }

    /// @inheritdoc IEscrowExtension
    function legStatus(SettlementId settlementId, uint256 legIndex) external view delegated returns (LegStatus) {
        Entry memory entry = _entries[settlementId];
        uint256 bit = 1 << legIndex;
        if (entry.deposited & bit == 0) return LegStatus.EMPTY;
        if (entry.waived & bit != 0) return LegStatus.WAIVED;
        if (entry.paid & bit == 0) return entry.locked ? LegStatus.LOCKED : LegStatus.DEPOSITED;
        bool released = entry.locked && _verdictOf(settlementId) == Verdict.EXECUTE;
        return released ? LegStatus.RELEASED : LegStatus.REFUNDED;
    }

    /// @inheritdoc IEscrowExtension
    function walletOf(SettlementId settlementId, uint256 partyIndex) external view delegated returns (address) {
        return _walletIn(_entries[settlementId], settlementId, partyIndex);
    }

    /// @inheritdoc IEscrowExtension
    function pathProven() external view delegated returns (bool) {
        return _isHome() || _verdictArrived;
    }

    /// @inheritdoc IEscrowExtension
    function quoteLocked(Terms calldata terms, bool carryTerms) external view delegated returns (uint256 fee) {
        return _quote(MessageKind.LOCKED, terms, carryTerms);
    }

    /// @inheritdoc IEscrowExtension
    function quoteReleased(Terms calldata terms, bool carryTerms) external view delegated returns (uint256 fee) {
        return _quote(MessageKind.RELEASED, terms, carryTerms);
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
    ) private guarded {
        Leg calldata leg = _fungibleLeg(terms, legIndex);
        (, bool fresh) = _begin(terms, legIndex, secret, msg.sender);
        if (!fresh) return;

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
    ) private guarded {
        Leg calldata leg = _fungibleLeg(terms, legIndex);
        (, bool fresh) = _begin(terms, legIndex, secret, wallet);
        if (!fresh) return;

        // Interaction
        (bytes32 witness, string memory witnessType) = EscrowDigest.ofDeposit(terms, legIndex);
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
    ) private guarded {
        if (signature.length != SIGNATURE_BYTES) revert KeystoneEscrow_InvalidSignature(wallet);
        Leg calldata leg = _fungibleLeg(terms, legIndex);
        (SettlementId id, bool fresh) = _begin(terms, legIndex, secret, wallet);
        if (!fresh) return;

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

    /// @dev What a deposit ends with is what a reveal does. A delegatecall from the escrow to itself runs the core's code and keeps sender
    /// and value. Guarded by itself: nothing lies between the two.
    function _finishInCore(Terms calldata terms, Opening[] calldata openings) private {
        Address.functionDelegateCall(address(this), abi.encodeCall(IEscrowCore.reveal, (terms, openings)));
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

    // ---------------------------------------------------------------- stuck legs

    function _unpaidLeg(Terms calldata terms, SettlementId id, uint256 legIndex)
        private
        view
        returns (Leg calldata leg, Entry memory entry)
    {
        leg = _localLeg(terms, legIndex);
        entry = _entries[id];
        if (entry.deposited & (1 << legIndex) == 0) revert KeystoneEscrow_NotDeposited(id, legIndex);
        if (entry.paid & (1 << legIndex) != 0) revert KeystoneEscrow_AlreadyPaid(id, legIndex);
    }

    /// @return id What the terms hash to.
    /// @return entry As it is stored.
    /// @return recipient Who may waive the leg; zero when it is waived already.
    function _waivable(Terms calldata terms, uint256 legIndex)
        private
        view
        returns (SettlementId id, Entry memory entry, address recipient)
    {
        id = terms.hash();
        if (_entries[id].waived & (1 << legIndex) != 0) return (id, entry, recipient);
        Leg calldata leg;
        (leg, entry) = _unpaidLeg(terms, id, legIndex);
        if (!entry.locked) revert KeystoneEscrow_NotLocked(id);
        if (_verdictOf(id) == Verdict.ROLLBACK) revert KeystoneEscrow_OtherVerdict(id, Verdict.ROLLBACK);
        recipient = _payeeOf(entry, id, leg, legIndex, true);
    }

    function _waive(Terms calldata terms, SettlementId id, Entry memory entry, uint256 legIndex, address recipient)
        private
    {
        entry.waived |= uint16(1 << legIndex);
        _entries[id] = entry;
        if (entry.redirected) _redirects[id][legIndex] = address(0);
        emit LegWaived(id, uint8(legIndex), recipient);

        // Interaction: it may have been the last leg to wait for.
        if (_verdictOf(id) == Verdict.EXECUTE) _reportIfTried(terms, id);
    }

    function _checkValidity(uint40 validUntil) private view {
        if (block.timestamp > validUntil) revert KeystoneEscrow_SignatureExpired(validUntil, block.timestamp);
    }

    function _checkAttesters(Terms calldata terms, bytes32 digest, bytes[] calldata signatures) private pure {
        uint256 count = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            if (signatures[i].length == 0) continue;
            address attester = i < terms.attesters.length ? terms.attesters[i] : address(0);
            (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (fault != ECDSA.RecoverError.NoError || signer != attester) {
                revert KeystoneEscrow_InvalidSignature(attester);
            }
            ++count;
        }
        if (count < terms.threshold) revert KeystoneEscrow_TooFewAttesters(terms.threshold, count);
    }
}
