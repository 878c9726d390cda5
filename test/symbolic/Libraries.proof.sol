// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ChainRows } from "../../contracts/libraries/ChainRows.sol";
import { GasFloor } from "../../contracts/libraries/GasFloor.sol";
import { MessageCodec } from "../../contracts/libraries/MessageCodec.sol";
import { ChainRow, MessageKind } from "../../contracts/types/Deployment.sol";
import { SettlementId, Verdict } from "../../contracts/types/Terms.sol";

/// @title The small libraries, for all inputs
contract LibrariesProof {
    /// @notice A row's chain has the row's bit, any other chain none. A shorter list packs as one whose rest is zero, and zero is no chain.
    /// @custom:halmos --loop 9
    function check_bitIsTheRow(uint64[8] calldata ids, uint256 other) external pure {
        ChainRow[] memory rows = new ChainRow[](8);
        for (uint256 i = 0; i < 8; ++i) {
            rows[i].chainId = ids[i];
        }
        (uint256 low, uint256 high) = ChainRows.pack(rows);
        uint256 bit = ChainRows.bitOf(low, high, other);
        if (bit == 0) {
            for (uint256 i = 0; i < 8; ++i) {
                assert(other == 0 || ids[i] != other);
            }
            return;
        }
        assert(other != 0);
        for (uint256 i = 0; i < 8; ++i) {
            // The first row that has it; in a deployment the only one.
            if (bit == 1 << i) {
                assert(ids[i] == other);
                return;
            }
            assert(ids[i] != other);
        }
        assert(false);
    }

    /// @notice Covered means that a call with all the gas gets the floor after the 63/64 rule.
    function check_coversIsThe63rdPart(uint256 gasBefore, uint256 floor) external pure {
        assert(GasFloor.covers(gasBefore, floor) == (floor <= gasBefore - gasBefore / 64));
    }

    /// @notice What is encoded is what is decoded.
    function check_headerIsRead(uint8 kind, uint8 verdict, bytes32 id) external view {
        if (kind > uint8(type(MessageKind).max) || verdict > uint8(type(Verdict).max)) return;
        bytes memory message = MessageCodec.encode(MessageKind(kind), Verdict(verdict), SettlementId.wrap(id));
        (bool wellFormed, MessageKind kind_, Verdict verdict_, SettlementId id_) = this.decode(message);
        assert(kind_ == MessageKind(kind) && verdict_ == Verdict(verdict) && SettlementId.unwrap(id_) == id);
        assert(wellFormed == ((MessageKind(kind) == MessageKind.VERDICT) == (Verdict(verdict) != Verdict.NONE)));
    }

    /// @notice No two headers have the same bytes: whatever is well formed is encoded to what it was decoded from.
    function check_headerIsInjective(bytes32 first, bytes2 rest) external view {
        bytes memory message = abi.encodePacked(rest, first);
        (bool wellFormed, MessageKind kind, Verdict verdict, SettlementId id) = this.decode(message);
        if (!wellFormed) return;
        assert(keccak256(MessageCodec.encode(kind, verdict, id)) == keccak256(message));
    }

    function decode(bytes calldata message) external pure returns (bool, MessageKind, Verdict, SettlementId) {
        return MessageCodec.decodeHeader(message);
    }

    /// @notice That headers are well formed, and chains known, in some of what is looked at.
    function refute_noHeaderIsWellFormed(bytes32 id, bytes2 rest) external view {
        (bool wellFormed,,,) = this.decode(abi.encodePacked(rest, id));
        assert(!wellFormed);
    }

    /// @custom:halmos --loop 9
    function refute_noChainHasABit(uint64[8] calldata ids, uint256 other) external pure {
        ChainRow[] memory rows = new ChainRow[](8);
        for (uint256 i = 0; i < 8; ++i) {
            rows[i].chainId = ids[i];
        }
        (uint256 low, uint256 high) = ChainRows.pack(rows);
        assert(ChainRows.bitOf(low, high, other) != 128);
    }
}
