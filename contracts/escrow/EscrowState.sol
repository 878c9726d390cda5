// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { DeploymentChild } from "../DeploymentChild.sol";
import { IKeystoneEscrow } from "../interfaces/IKeystoneEscrow.sol";
import { GasFloor } from "../libraries/GasFloor.sol";
import { Leg, SettlementId, Terms, Verdict } from "../types/Terms.sol";

/// @title The escrow's storage, its guard and what it can tell
abstract contract EscrowState is IKeystoneEscrow, DeploymentChild {
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

    /// @inheritdoc IKeystoneEscrow
    function stateOf(SettlementId settlementId) external view returns (Record memory record) {
        record = _records[settlementId];
        record.verdict = verdictOf(settlementId);
    }

    /// @inheritdoc IKeystoneEscrow
    function verdictOf(SettlementId settlementId) public view returns (Verdict) {
        return _isHome() ? COORDINATOR.verdictOf(settlementId) : _records[settlementId].verdict;
    }

    /// @inheritdoc IKeystoneEscrow
    function legStatus(SettlementId settlementId, uint256 legIndex) external view returns (LegStatus) {
        Record memory record = _records[settlementId];
        uint256 bit = 1 << legIndex;
        if (record.deposited & bit == 0) return LegStatus.EMPTY;
        if (record.paid & bit == 0) return record.locked ? LegStatus.LOCKED : LegStatus.DEPOSITED;
        bool released = record.locked && verdictOf(settlementId) == Verdict.EXECUTE;
        return released ? LegStatus.RELEASED : LegStatus.REFUNDED;
    }

    /// @inheritdoc IKeystoneEscrow
    function walletOf(SettlementId settlementId, uint256 partyIndex) external view returns (address) {
        return _wallets[settlementId][partyIndex];
    }

    /// @inheritdoc IKeystoneEscrow
    function pathProven() public view returns (bool) {
        return _isHome() || _verdictArrived;
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
