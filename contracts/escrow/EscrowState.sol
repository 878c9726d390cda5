// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { DeploymentChild } from "../DeploymentChild.sol";
import { IEscrowBase } from "../interfaces/IEscrowBase.sol";
import { GasFloor } from "../libraries/GasFloor.sol";
import { Asset } from "../types/Asset.sol";
import { Leg, SettlementId, Terms, Verdict } from "../types/Terms.sol";

/// @title The storage and the guard that both codes of the escrow share
/// @dev All storage of the escrow is declared here, so that both codes see it in the same slots.
abstract contract EscrowState is IEscrowBase, DeploymentChild {
    mapping(SettlementId id => Record) internal _records;
    mapping(SettlementId id => mapping(uint256 partyIndex => address wallet)) internal _wallets;
    bool internal _verdictArrived;

    /// @dev Assigned, never `delete`d: this compiler may clear a storage slot instead.
    bool private transient _entered;

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

    function _verdictOf(SettlementId id) internal view returns (Verdict) {
        return _isHome() ? COORDINATOR.verdictOf(id) : _records[id].verdict;
    }

    /// @dev Whether this is the escrow on the coordinator's chain.
    function _isHome() internal view returns (bool) {
        return block.chainid == COORDINATOR_CHAIN;
    }

    function _localLeg(Terms calldata terms, uint256 legIndex) internal view returns (Leg calldata leg) {
        if (legIndex >= terms.legs.length) revert KeystoneEscrow_UnknownLeg(legIndex);
        leg = terms.legs[legIndex];
        if (leg.chainId != block.chainid) revert KeystoneEscrow_WrongChain(legIndex, leg.chainId);
    }

    function _assetOf(Leg calldata leg) internal pure returns (Asset memory) {
        return Asset(leg.token, leg.standard, leg.tokenId, leg.partition);
    }

    /// @dev One bit for each leg of this escrow.
    function _localLegs(Terms calldata terms) internal view returns (uint16 mask) {
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (terms.legs[i].chainId == block.chainid) mask |= uint16(1 << i);
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
