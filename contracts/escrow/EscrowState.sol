// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { DeploymentChild } from "../DeploymentChild.sol";
import { IEscrowBase } from "../interfaces/IEscrowBase.sol";
import { GasFloor } from "../libraries/GasFloor.sol";
import { Asset } from "../types/Asset.sol";
import { Entry } from "../types/Entry.sol";
import { Leg, SettlementId, Terms, Verdict } from "../types/Terms.sol";

/// @title The storage and the guard that both codes of the escrow share, and what follows from them alone
/// @dev All storage of the escrow is declared here, so that both codes see it in the same slots.
abstract contract EscrowState is IEscrowBase, DeploymentChild {
    /// @dev Written only when a fee fails.
    struct OwedFees {
        /// Four bits per leg, lowest first.
        uint64 mask;
        /// Two bits per leg, lowest first.
        uint32 cursor;
    }

    mapping(SettlementId id => Entry) internal _entries;
    /// @dev Of all parties but the first.
    mapping(SettlementId id => mapping(uint256 partyIndex => address wallet)) internal _wallets;
    mapping(SettlementId id => mapping(uint256 legIndex => address wallet)) internal _redirects;
    mapping(SettlementId id => OwedFees) internal _owedFees;
    bool internal _verdictArrived;

    /// @dev Assigned, never `delete`d: this compiler may clear a storage slot instead.
    bool private transient _entered;
    /// @dev The token whose receiver hook is expected; zero at any other time.
    address internal transient _pulling;

    modifier guarded() {
        _enterGuard();
        _;
        _entered = false;
    }

    /// @dev Frames of this contract's own making run under the guard of the call that made them.
    modifier onlySelf() {
        if (msg.sender != address(this)) revert KeystoneEscrow_NotAuthorized(msg.sender);
        _;
    }

    /// @dev Whether this is the escrow on the coordinator's chain.
    function _isHome() internal view returns (bool) {
        return block.chainid == COORDINATOR_CHAIN;
    }

    function _verdictOf(SettlementId id) internal view returns (Verdict) {
        return _isHome() ? COORDINATOR.verdictOf(id) : _entries[id].verdict();
    }

    /// @dev Whether a deposited leg that is not waived goes to its recipient; false when it goes back. Reverts while neither is decided.
    function _isExecute(SettlementId id, bool locked, Terms calldata terms) internal view returns (bool) {
        Verdict verdict = _verdictOf(id);
        if (verdict == Verdict.ROLLBACK) return false;
        if (verdict == Verdict.EXECUTE) {
            if (!locked) revert KeystoneEscrow_NotLocked(id);
            return true;
        }
        // From here on this escrow can never lock, so the coordinator can never count it.
        if (!locked && block.timestamp >= terms.depositDeadline) return false;
        revert KeystoneEscrow_NotDecided(id);
    }

    /// @dev Zero while the party has not been opened here.
    function _walletIn(Entry entry, SettlementId id, uint256 partyIndex) internal view returns (address) {
        if (entry.firstParty() == partyIndex && entry.firstWallet() != address(0)) return entry.firstWallet();
        return _wallets[id][partyIndex];
    }

    /// @dev Who is owed a leg, as recipient or as depositor: the wallet of the terms, or the one that a redirect put in its place.
    function _payeeOf(Entry entry, SettlementId id, Leg calldata leg, uint256 legIndex, bool asRecipient)
        internal
        view
        returns (address payee)
    {
        if (entry.isRedirected()) payee = _redirects[id][legIndex];
        if (payee == address(0)) payee = _walletIn(entry, id, asRecipient ? leg.to : leg.from);
    }

    function _localLeg(Terms calldata terms, uint256 legIndex) internal view returns (Leg calldata leg) {
        if (legIndex >= terms.legs.length) revert KeystoneEscrow_UnknownLeg(legIndex);
        leg = terms.legs[legIndex];
        if (leg.chainId != block.chainid) revert KeystoneEscrow_WrongChain(legIndex, leg.chainId);
    }

    function _assetOf(Leg calldata leg) internal pure returns (Asset memory) {
        return Asset(leg.token, leg.standard, leg.tokenId, leg.partition);
    }

    /// @dev One bit for each leg of this escrow. Of hashed terms, so that every leg is known to lie within the calldata.
    function _localLegs(Terms calldata terms) internal view returns (uint16) {
        Leg[] calldata legs = terms.legs;
        uint256 mask = 0;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, legs.length) { i := add(i, 1) } {
                let leg := add(legs.offset, calldataload(add(legs.offset, mul(i, 0x20))))
                // 0 chainId
                mask := or(mask, shl(i, eq(calldataload(leg), chainid())))
            }
        }
        return uint16(mask);
    }

    /// @dev Whether the party receives on this chain a token that is the wallet itself. Of hashed terms.
    function _receivesItself(Terms calldata terms, uint256 partyIndex, address wallet) internal view returns (bool itself) {
        Leg[] calldata legs = terms.legs;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, legs.length) { i := add(i, 1) } {
                let leg := add(legs.offset, calldataload(add(legs.offset, mul(i, 0x20))))
                // 0 chainId, 2 token, 8 to
                let receives := and(eq(calldataload(leg), chainid()), eq(calldataload(add(leg, 0x100)), partyIndex))
                itself := or(itself, and(receives, eq(calldataload(add(leg, 0x40)), wallet)))
            }
        }
    }

    /// @dev A failure that more gas might have avoided is the caller's, not the token's.
    function _requireEarnest(uint256 gasBefore, uint256 floor) internal pure {
        if (!GasFloor.covers(gasBefore, floor)) revert KeystoneEscrow_InsufficientGas(floor, gasBefore);
    }

    function _enterGuard() private {
        if (_entered) revert KeystoneEscrow_Reentrancy();
        _entered = true;
    }
}
