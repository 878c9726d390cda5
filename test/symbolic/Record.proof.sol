// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { PackedRecord } from "../../contracts/coordinator/PackedRecord.sol";
import { StateKind } from "../../contracts/types/Ruleset.sol";
import { Verdict } from "../../contracts/types/Terms.sol";

/// @title A settlement's state in one slot: each write changes its own fields and no other, whatever is stored
contract RecordProof {
    function check_creating(uint256 word, uint8 initial) external pure {
        PackedRecord record = PackedRecord.wrap(word);
        if (record.created() || record.state() != 0) return;
        PackedRecord created = record.createdAt(initial);
        assert(created.created() && created.state() == initial);
        same(record, created, 1 | uint256(0xff) << 8);
    }

    function check_entering(uint256 word, uint8 target, uint8 kind) external pure {
        if (kind > uint8(type(StateKind).max)) return;
        PackedRecord entered = PackedRecord.wrap(word).entering(target, StateKind(kind));
        assert(entered.state() == target && entered.kind() == StateKind(kind));
        same(PackedRecord.wrap(word), entered, uint256(0xffff) << 8);
    }

    function check_deciding(uint256 word, uint8 verdict) external pure {
        if (verdict > uint8(type(Verdict).max) || uint8(word >> 24) != 0) return;
        PackedRecord decided = PackedRecord.wrap(word).deciding(Verdict(verdict));
        assert(decided.verdict() == Verdict(verdict));
        same(PackedRecord.wrap(word), decided, uint256(0xff) << 24);
    }

    function check_masksOnlyGrow(uint256 word, uint8 bit) external pure {
        PackedRecord record = PackedRecord.wrap(word);
        assert(record.withLock(bit).lockMask() == record.lockMask() | bit);
        assert(record.withRelease(bit).releaseMask() == record.releaseMask() | bit);
        same(record, record.withLock(bit), uint256(0xff) << 32);
        same(record, record.withRelease(bit), uint256(0xff) << 40);
    }

    function check_unpackedIsRead(uint256 word) external pure {
        PackedRecord record = PackedRecord.wrap(word);
        if (uint8(word >> 16) > uint8(type(StateKind).max) || uint8(word >> 24) > uint8(type(Verdict).max)) return;
        assert(record.unpack().created == record.created() && record.unpack().state == record.state());
        assert(record.unpack().kind == record.kind() && record.unpack().verdict == record.verdict());
        assert(record.unpack().lockMask == record.lockMask() && record.unpack().releaseMask == record.releaseMask());
    }

    function same(PackedRecord before, PackedRecord after_, uint256 but) private pure {
        assert(PackedRecord.unwrap(before) & ~but == PackedRecord.unwrap(after_) & ~but);
    }

    function refute_enteringKeepsTheState(uint256 word, uint8 target) external pure {
        PackedRecord record = PackedRecord.wrap(word);
        assert(record.entering(target, StateKind.FAILED).state() == record.state());
    }
}
