// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155Receiver } from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import { Opening, SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { IEscrowBase } from "./IEscrowBase.sol";

/// @title What the escrow has its extension's code do: authorized deposits, stuck legs, receiver hooks
/// @notice Called at the escrow's address. At the extension's own address every function reverts.
/// @dev `onERC1155Received` accepts only what the escrow itself is pulling at that moment, `onERC1155BatchReceived` nothing. There is no
/// hook for ERC-721, whose plain `transferFrom` asks for none.
interface IEscrowExtension is IEscrowBase, IERC1155Receiver {
    /// @notice `depositLeg` with the caller's ERC-2612 permit in place of an approval. A permit that fails is ignored: what counts is
    /// whether the allowance suffices, so that nobody can spoil the deposit by using the permit first.
    function depositLegWithPermit(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        Opening[] calldata openings,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external payable;

    /// @notice Like `depositLeg`, by anyone, from a wallet that has signed for Permit2: this leg's token and amount to this escrow, with the
    /// witness `Deposit(uint8 legIndex,Terms terms)` in full, so that it holds for this leg of this settlement alone.
    /// @param nonce Of Permit2's, unordered.
    /// @param signature The wallet's, ECDSA or ERC-1271.
    function depositLegWithPermit2(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        Opening[] calldata openings,
        address wallet,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external payable;

    /// @notice Like `depositLeg`, by anyone, from a wallet that has signed the token's ERC-3009 `ReceiveWithAuthorization` over this leg's
    /// amount to this escrow under `authorizationNonce`, so that it holds for this leg of this settlement alone.
    /// @param signature r, s and v, 65 bytes.
    function depositLegWithAuthorization(
        Terms calldata terms,
        uint256 legIndex,
        bytes32 secret,
        Opening[] calldata openings,
        address wallet,
        uint256 validAfter,
        uint256 validBefore,
        bytes calldata signature
    ) external payable;

    /// @notice The recipient of a locked, unpaid leg gives it up, unless a ROLLBACK is known here: it goes back to its depositor in
    /// full, whatever the verdict, and counts as done. Final. Paid by `claim`. A leg that is waived already is a no-op.
    /// @dev Only the leg's recipient, or the wallet that a redirect has put in its place. A redirect of the leg is dropped.
    function waive(Terms calldata terms, uint256 legIndex) external;

    /// @notice `waive` by the signature of the one entitled over Waive(bytes32 settlementId,uint8 legIndex,address token,uint256
    /// amount,address depositor,uint40 validUntil), ECDSA or ERC-1271, under {"KeyStone Escrow", "1", this chain, this escrow}.
    /// @param validUntil The last Unix second at which the signature counts.
    function waiveBySig(Terms calldata terms, uint256 legIndex, uint40 validUntil, bytes calldata signature) external;

    /// @notice The caller, who is owed an unpaid leg that is decided, has it paid to another wallet, which takes over the rights to waive
    /// and to redirect. Owed is the recipient after EXECUTE, the depositor after ROLLBACK, local expiry or a waiver. Paid by `claim`.
    /// @param validUntil The last Unix second at which the signatures count.
    /// @param signatures At position i that of `terms.attesters[i]`, ECDSA, over Redirect(bytes32 settlementId,uint8 legIndex,address
    /// wallet,uint40 validUntil) under the same domain as a waiver; empty for none. At least `terms.threshold` of them.
    function redirect(
        Terms calldata terms,
        uint256 legIndex,
        address wallet,
        uint40 validUntil,
        bytes[] calldata signatures
    ) external;

    /// @notice Reports to the coordinator that all legs of this escrow are paid, waived or claimable after EXECUTE. Repeatable.
    function notifyReleased(Terms calldata terms) external payable;

    /// @notice The nonce under which a wallet signs an ERC-3009 authorization for this leg: keccak256(abi.encode(settlementId, legIndex)).
    function authorizationNonce(SettlementId settlementId, uint256 legIndex) external view returns (bytes32);

    /// @notice Wei to attach to `notifyLocked` (or the call that completes the lock), zero on the coordinator's chain.
    function quoteLocked(Terms calldata terms, bool carryTerms) external view returns (uint256 fee);

    /// @notice Wei to attach to `notifyReleased`, zero on the coordinator's chain.
    function quoteReleased(Terms calldata terms, bool carryTerms) external view returns (uint256 fee);

    function stateOf(SettlementId settlementId) external view returns (Record memory);

    /// @notice The verdict as this escrow knows it; on the coordinator's chain read from the coordinator.
    function verdictOf(SettlementId settlementId) external view returns (Verdict);

    function legStatus(SettlementId settlementId, uint256 legIndex) external view returns (LegStatus);

    /// @notice The wallet that opened a commitment on this chain; zero while unknown. Where all legs were paid in the frame of the verdict,
    /// recipients' wallets but the first are forgotten with it, for nothing is left to pay to them.
    function walletOf(SettlementId settlementId, uint256 partyIndex) external view returns (address);

    /// @notice The wallet that a redirect put in the place of the one who is owed the leg; zero while there is none. A waiver drops it.
    function redirectOf(SettlementId settlementId, uint256 legIndex) external view returns (address);

    /// @notice True once a VERDICT has arrived here, which proves the path. Always true on the coordinator's chain.
    function pathProven() external view returns (bool);
}
