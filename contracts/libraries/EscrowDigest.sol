// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import { Leg, SettlementId } from "../types/Terms.sol";

/// @title What is signed for an escrow
/// @notice EIP-712 under the domain {"KeyStone Escrow", "1", block.chainid, escrow}; but a deposit by Permit2 under that contract's own.
library EscrowDigest {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("KeyStone Escrow");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant WAIVE_TYPEHASH = keccak256(
        "Waive(bytes32 settlementId,uint8 legIndex,address token,uint256 amount,address depositor,uint40 validUntil)"
    );
    bytes32 private constant REDIRECT_TYPEHASH =
        keccak256("Redirect(bytes32 settlementId,uint8 legIndex,address wallet,uint40 validUntil)");
    bytes32 private constant DEPOSIT_TYPEHASH = keccak256(
        "Deposit(uint8 legIndex,Terms terms)"
        "Fee(address recipient,uint256 amount)"
        "Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)"
        "Terms(bytes16 ref,uint64 chainId,address coordinator,bytes32 ruleset,bytes32[] parties,Leg[] legs,uint40 depositDeadline,uint40 settleDeadline,address[] attesters,uint8 threshold,address operator,bytes32 parent,uint40 notBefore)"
    );
    /// @dev What Permit2 continues its own type by; the same types in one string, so that nothing is put together at run time.
    string private constant WITNESS_TYPE = "Deposit witness)" "Deposit(uint8 legIndex,Terms terms)"
        "Fee(address recipient,uint256 amount)"
        "Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)"
        "Terms(bytes16 ref,uint64 chainId,address coordinator,bytes32 ruleset,bytes32[] parties,Leg[] legs,uint40 depositDeadline,uint40 settleDeadline,address[] attesters,uint8 threshold,address operator,bytes32 parent,uint40 notBefore)"
        "TokenPermissions(address token,uint256 amount)";

    /// @notice What a recipient signs to give a leg back.
    function ofWaive(SettlementId id, Leg calldata leg, uint256 legIndex, address depositor, uint40 validUntil)
        internal
        view
        returns (bytes32)
    {
        return _digest(keccak256(abi.encode(WAIVE_TYPEHASH, id, legIndex, leg.token, leg.amount, depositor, validUntil)));
    }

    /// @notice What an attester signs to clear another wallet for a leg.
    function ofRedirect(SettlementId id, uint256 legIndex, address wallet, uint40 validUntil) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(REDIRECT_TYPEHASH, id, legIndex, wallet, validUntil)));
    }

    /// @notice The witness of a deposit by Permit2, and the string that Permit2 continues its own type by.
    /// @param termsHash EIP-712's hashStruct of the terms.
    function ofDeposit(uint256 legIndex, bytes32 termsHash)
        internal
        pure
        returns (bytes32 witness, string memory witnessType)
    {
        return (keccak256(abi.encode(DEPOSIT_TYPEHASH, legIndex, termsHash)), WITNESS_TYPE);
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }
}
