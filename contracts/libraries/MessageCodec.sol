// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageKind } from "../types/Deployment.sol";
import { SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { TermsCall } from "./TermsCall.sol";
import { TermsLib } from "./TermsLib.sol";

/// @title The bytes of a message between two chains of the deployment
/// @notice kind (1 byte), verdict (1), settlementId (32), then nothing or abi.encode(terms). No version: a deployment never changes.
library MessageCodec {
    uint256 internal constant HEADER_SIZE = 34;
    /// @notice The longest message that sound terms can make.
    uint256 internal constant MAX_SIZE = HEADER_SIZE + TermsLib.MAX_BYTES;

    function encode(MessageKind kind, Verdict verdict, SettlementId settlementId) internal pure returns (bytes memory) {
        return abi.encodePacked(kind, verdict, settlementId);
    }

    function encode(MessageKind kind, Verdict verdict, SettlementId settlementId, Terms calldata terms)
        internal
        pure
        returns (bytes memory)
    {
        return TermsCall.append(abi.encodePacked(kind, verdict, settlementId, uint256(0x20)), terms);
    }

    /// @return wellFormed False for anything that no messenger of a deployment can have built.
    function decodeHeader(bytes calldata message)
        internal
        pure
        returns (bool wellFormed, MessageKind kind, Verdict verdict, SettlementId settlementId)
    {
        if (message.length < HEADER_SIZE) return (false, kind, verdict, settlementId);
        uint8 kindByte = uint8(message[0]);
        uint8 verdictByte = uint8(message[1]);
        if (kindByte > uint8(type(MessageKind).max) || verdictByte > uint8(type(Verdict).max)) {
            return (false, kind, verdict, settlementId);
        }
        kind = MessageKind(kindByte);
        verdict = Verdict(verdictByte);
        // A verdict says something, a report says nothing but that it is one.
        wellFormed = (kind == MessageKind.VERDICT) == (verdict != Verdict.NONE);
        settlementId = SettlementId.wrap(bytes32(message[2:HEADER_SIZE]));
    }

    /// @notice The bytes behind the header: empty, or what should be abi.encode(terms).
    function encodedTerms(bytes calldata message) internal pure returns (bytes calldata) {
        return message[HEADER_SIZE:];
    }
}
