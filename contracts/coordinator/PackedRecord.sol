// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ISettlementCoordinator } from "../interfaces/ISettlementCoordinator.sol";
import { StateKind } from "../types/Ruleset.sol";
import { SettlementId, Verdict } from "../types/Terms.sol";

/// @notice What is stored of a settlement, in one word that is read and written whole.
/// @dev One byte a field, lowest first, as `ISettlementCoordinator.Record` lists them.
type PackedRecord is uint256;

using PackedRecordLib for PackedRecord global;

library PackedRecordLib {
    uint256 private constant STATE_AT = 8;
    uint256 private constant KIND_AT = 16;
    uint256 private constant VERDICT_AT = 24;
    uint256 private constant LOCKS_AT = 32;
    uint256 private constant RELEASES_AT = 40;

    function created(PackedRecord record) internal pure returns (bool) {
        return PackedRecord.unwrap(record) & 1 != 0;
    }

    function state(PackedRecord record) internal pure returns (uint8) {
        return uint8(PackedRecord.unwrap(record) >> STATE_AT);
    }

    function kind(PackedRecord record) internal pure returns (StateKind) {
        return StateKind(uint8(PackedRecord.unwrap(record) >> KIND_AT));
    }

    function verdict(PackedRecord record) internal pure returns (Verdict) {
        return Verdict(uint8(PackedRecord.unwrap(record) >> VERDICT_AT));
    }

    function lockMask(PackedRecord record) internal pure returns (uint8) {
        return uint8(PackedRecord.unwrap(record) >> LOCKS_AT);
    }

    function releaseMask(PackedRecord record) internal pure returns (uint8) {
        return uint8(PackedRecord.unwrap(record) >> RELEASES_AT);
    }

    function unpack(PackedRecord record) internal pure returns (ISettlementCoordinator.Record memory) {
        return ISettlementCoordinator.Record({
            created: record.created(),
            state: record.state(),
            kind: record.kind(),
            verdict: record.verdict(),
            lockMask: record.lockMask(),
            releaseMask: record.releaseMask()
        });
    }

    /// @dev Of a record that is not created: what may be set in it are masks and a verdict, which stay.
    function createdAt(PackedRecord record, uint8 initialState) internal pure returns (PackedRecord) {
        return PackedRecord.wrap(PackedRecord.unwrap(record) | 1 | uint256(initialState) << STATE_AT);
    }

    function entering(PackedRecord record, uint8 target, StateKind targetKind) internal pure returns (PackedRecord) {
        uint256 others = PackedRecord.unwrap(record) & ~(uint256(0xffff) << STATE_AT);
        return PackedRecord.wrap(others | uint256(target) << STATE_AT | uint256(targetKind) << KIND_AT);
    }

    /// @dev Of a record without a verdict.
    function deciding(PackedRecord record, Verdict decided) internal pure returns (PackedRecord) {
        return PackedRecord.wrap(PackedRecord.unwrap(record) | uint256(decided) << VERDICT_AT);
    }

    function withLock(PackedRecord record, uint8 bit) internal pure returns (PackedRecord) {
        return PackedRecord.wrap(PackedRecord.unwrap(record) | uint256(bit) << LOCKS_AT);
    }

    function withRelease(PackedRecord record, uint8 bit) internal pure returns (PackedRecord) {
        return PackedRecord.wrap(PackedRecord.unwrap(record) | uint256(bit) << RELEASES_AT);
    }
}
