// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import { ITermsErrors } from "../interfaces/ITermsErrors.sol";
import { ChainRows } from "./ChainRows.sol";
import { Fee, Leg, SettlementId, Terms, TokenStandard } from "../types/Terms.sol";

/// @notice What terms must name to belong to a deployment.
/// @dev `rowsLow` and `rowsHigh` as `ChainRows` packs them.
struct Home {
    uint64 chainId;
    address coordinator;
    address escrow;
    uint256 rowsLow;
    uint256 rowsHigh;
}

/// @title Terms: their id and what makes them malformed
library TermsLib {
    uint256 internal constant MAX_BYTES = 8_000;
    uint256 internal constant MAX_LEGS = 16;
    uint256 internal constant MAX_PARTIES = 32;
    uint256 internal constant MAX_ATTESTERS = 8;
    uint256 internal constant MAX_FEES = 4;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("KeyStone Settlement");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 internal constant FEE_TYPEHASH = keccak256("Fee(address recipient,uint256 amount)");
    bytes32 internal constant LEG_TYPEHASH = keccak256(
        "Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)"
        "Fee(address recipient,uint256 amount)"
    );
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(bytes16 ref,uint64 chainId,address coordinator,bytes32 ruleset,bytes32[] parties,Leg[] legs,uint40 depositDeadline,uint40 settleDeadline,address[] attesters,uint8 threshold,address operator,bytes32 parent,uint40 notBefore)"
        "Fee(address recipient,uint256 amount)"
        "Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)"
    );

    // Words of abi.encode(terms): its offset and the 13 fields; the lengths of parties, legs and attesters. A leg: its offset, its
    // 10 fields and the length of its fees. A fee: 2.
    uint256 private constant TERMS_WORDS = 1 + 13 + 3;
    uint256 private constant LEG_WORDS = 1 + 10 + 1;
    uint256 private constant FEE_WORDS = 2;

    /// @notice The EIP-712 digest of the terms under the domain that they name themselves.
    function hash(Terms calldata terms) internal pure returns (SettlementId) {
        return hash(terms, structHash(terms));
    }

    /// @notice The same, of terms whose hashStruct is known.
    function hash(Terms calldata terms, bytes32 structHash_) internal pure returns (SettlementId) {
        return SettlementId.wrap(MessageHashUtils.toTypedDataHash(domainOf(terms), structHash_));
    }

    /// @notice The EIP-712 domain separator of {"KeyStone Settlement", "1", chainId, coordinator} as the terms name them.
    function domainOf(Terms calldata terms) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, uint256(terms.chainId), terms.coordinator)
        );
    }

    /// @notice EIP-712's hashStruct of the terms: what other typed data that contains the whole terms is hashed from.
    /// @dev EIP-712 hashes the same words as the ABI encodes, in the same order, but for the hash of a list where the ABI has its offset;
    /// so the words are copied as they lie and the three lists put over them. A word that is no value of its type is refused, as the
    /// compiler's own decoder does: no id is of anything but terms.
    function structHash(Terms calldata terms) internal pure returns (bytes32 result) {
        bytes32 typeHash = TERMS_TYPEHASH;
        bytes32 parties = _hashWords(terms.parties);
        bytes32 legs = _hashLegs(terms.legs);
        bytes32 attesters = _hashAddresses(terms.attesters);
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, typeHash)
            calldatacopy(add(words, 0x20), terms, 0x1a0)
            // 0 ref, 1 chainId, 2 coordinator, 6 depositDeadline, 7 settleDeadline, 9 threshold, 10 operator, 12 notBefore
            let excess := shl(128, mload(add(words, 0x20)))
            excess := or(excess, shr(64, mload(add(words, 0x40))))
            excess := or(excess, shr(160, or(mload(add(words, 0x60)), mload(add(words, 0x160)))))
            let times := or(or(mload(add(words, 0xe0)), mload(add(words, 0x100))), mload(add(words, 0x1a0)))
            excess := or(excess, or(shr(40, times), shr(8, mload(add(words, 0x140)))))
            if excess { revert(0, 0) }
            // 4 parties, 5 legs, 8 attesters
            mstore(add(words, 0xa0), parties)
            mstore(add(words, 0xc0), legs)
            mstore(add(words, 0x120), attesters)
            result := keccak256(words, 0x1c0)
        }
    }

    /// @notice Reverts with the first fault of `ITermsErrors`. Clocks are the caller's: which deadline must lie ahead depends on the call.
    function validate(Terms calldata terms, Home memory home) internal pure {
        uint256 legs = terms.legs.length;
        uint256 parties = terms.parties.length;
        uint256 attesters = terms.attesters.length;
        if (legs == 0) revert ITermsErrors.Terms_NoLegs();
        if (legs > MAX_LEGS) revert ITermsErrors.Terms_TooManyLegs(legs);
        if (parties > MAX_PARTIES) revert ITermsErrors.Terms_TooManyParties(parties);
        if (attesters > MAX_ATTESTERS) revert ITermsErrors.Terms_TooManyAttesters(attesters);
        if (terms.chainId != home.chainId || terms.coordinator != home.coordinator) {
            revert ITermsErrors.Terms_ForeignCoordinator(terms.chainId, terms.coordinator);
        }
        if (terms.settleDeadline < terms.depositDeadline) {
            revert ITermsErrors.Terms_DeadlineOrder(terms.depositDeadline, terms.settleDeadline);
        }
        if (terms.notBefore != 0) {
            if (terms.parent == 0) revert ITermsErrors.Terms_NotBeforeWithoutParent(terms.notBefore);
            if (terms.notBefore >= terms.depositDeadline) {
                revert ITermsErrors.Terms_NotBeforeTooLate(terms.notBefore, terms.depositDeadline);
            }
        }
        if (terms.threshold == 0 || terms.threshold > attesters) {
            revert ITermsErrors.Terms_InvalidThreshold(terms.threshold, attesters);
        }
        _validateAttesters(terms.attesters);
        _validateParties(terms.parties);
        uint256 words = TERMS_WORDS + parties + attesters + legs * LEG_WORDS;
        Leg[] calldata list = terms.legs;
        uint64 known = 0;
        for (uint256 i = 0; i < legs; ++i) {
            Leg calldata leg = list[i];
            uint64 chainId = leg.chainId;
            if (chainId != known || i == 0) {
                if (ChainRows.bitOf(home.rowsLow, home.rowsHigh, chainId) == 0) {
                    revert ITermsErrors.Terms_UnknownChain(i, chainId);
                }
                known = chainId;
            }
            words += FEE_WORDS * _validateLeg(leg, i, parties, home.escrow);
        }
        if (words * 32 > MAX_BYTES) revert ITermsErrors.Terms_TooLarge(words * 32);
    }

    /// @notice The sum of a leg's fees; terms that were validated keep it within the amount.
    function feeSum(Leg calldata leg) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < leg.fees.length; ++i) {
            sum += leg.fees[i].amount;
        }
    }

    function _validateAttesters(address[] calldata attesters) private pure {
        address previous = address(0);
        for (uint256 i = 0; i < attesters.length; ++i) {
            if (attesters[i] <= previous) revert ITermsErrors.Terms_AttestersNotAscending(i);
            previous = attesters[i];
        }
    }

    /// @dev Compares every two: at most 496 pairs, and in practice six.
    function _validateParties(bytes32[] calldata parties) private pure {
        uint256 repeated = 0;
        assembly ("memory-safe") {
            let end := add(parties.offset, mul(parties.length, 0x20))
            for { let later := add(parties.offset, 0x20) } lt(later, end) { later := add(later, 0x20) } {
                let party := calldataload(later)
                for { let earlier := parties.offset } lt(earlier, later) { earlier := add(earlier, 0x20) } {
                    if eq(calldataload(earlier), party) {
                        repeated := div(sub(later, parties.offset), 0x20)
                        // The rest of both loops lies behind the end.
                        earlier := end
                        later := end
                    }
                }
            }
        }
        if (repeated != 0) revert ITermsErrors.Terms_RepeatedParty(repeated);
    }

    /// @dev What a standard has no use for must be empty, so that two different terms never mean one transfer.
    function _fitsStandard(Leg calldata leg, uint256 amount, uint256 fees) private pure returns (bool) {
        TokenStandard standard = leg.standard;
        if (standard == TokenStandard.ERC721) {
            if (amount != 1 || fees != 0) return false;
        } else if (standard != TokenStandard.ERC1155 && leg.tokenId != 0) {
            return false;
        }
        return standard == TokenStandard.ERC1400 || leg.partition == 0;
    }

    /// @return count How many fees the leg has.
    function _validateLeg(Leg calldata leg, uint256 index, uint256 parties, address escrow)
        private
        pure
        returns (uint256 count)
    {
        if (leg.escrow != escrow) revert ITermsErrors.Terms_ForeignEscrow(index, leg.escrow);
        uint256 from = leg.from;
        uint256 to = leg.to;
        if (from >= parties) revert ITermsErrors.Terms_IndexOutOfRange(index, from);
        if (to >= parties) revert ITermsErrors.Terms_IndexOutOfRange(index, to);
        if (from == to) revert ITermsErrors.Terms_FromIsTo(index);
        uint256 amount = leg.amount;
        if (amount == 0) revert ITermsErrors.Terms_ZeroAmount(index);
        Fee[] calldata fees = leg.fees;
        count = fees.length;
        if (count > MAX_FEES) revert ITermsErrors.Terms_TooManyFees(index, count);
        uint256 rest = amount;
        for (uint256 i = 0; i < count; ++i) {
            Fee calldata fee = fees[i];
            address recipient = fee.recipient;
            if (recipient == address(0) || recipient == escrow || recipient == leg.token) {
                revert ITermsErrors.Terms_InvalidFeeRecipient(index, i, recipient);
            }
            if (fee.amount > rest) revert ITermsErrors.Terms_FeesExceedAmount(index);
            rest -= fee.amount;
        }
        if (!_fitsStandard(leg, amount, count)) revert ITermsErrors.Terms_StandardFields(index);
    }

    function _hashLegs(Leg[] calldata legs) private pure returns (bytes32 result) {
        uint256 count = legs.length;
        uint256 hashes;
        assembly ("memory-safe") {
            hashes := mload(0x40)
            mstore(0x40, add(hashes, mul(count, 0x20)))
        }
        for (uint256 i = 0; i < count; ++i) {
            bytes32 leg = _hashLeg(legs[i]);
            assembly ("memory-safe") {
                mstore(add(hashes, mul(i, 0x20)), leg)
            }
        }
        assembly ("memory-safe") {
            result := keccak256(hashes, mul(count, 0x20))
        }
    }

    function _hashLeg(Leg calldata leg) private pure returns (bytes32 result) {
        bytes32 typeHash = LEG_TYPEHASH;
        bytes32 fees = _hashFees(leg.fees);
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, typeHash)
            calldatacopy(add(words, 0x20), leg, 0x140)
            // 0 chainId, 1 escrow, 2 token, 3 standard, 7 from, 8 to
            let excess := shr(64, mload(add(words, 0x20)))
            excess := or(excess, shr(160, or(mload(add(words, 0x40)), mload(add(words, 0x60)))))
            excess := or(excess, gt(mload(add(words, 0x80)), 4))
            excess := or(excess, shr(8, or(mload(add(words, 0x100)), mload(add(words, 0x120)))))
            if excess { revert(0, 0) }
            // 9 fees
            mstore(add(words, 0x140), fees)
            result := keccak256(words, 0x160)
        }
    }

    function _hashFees(Fee[] calldata fees) private pure returns (bytes32 result) {
        bytes32 typeHash = FEE_TYPEHASH;
        assembly ("memory-safe") {
            let fee := mload(0x40)
            let hashes := add(fee, 0x60)
            mstore(fee, typeHash)
            let excess := 0
            for { let i := 0 } lt(i, fees.length) { i := add(i, 1) } {
                calldatacopy(add(fee, 0x20), add(fees.offset, mul(i, 0x40)), 0x40)
                // 0 recipient
                excess := or(excess, shr(160, mload(add(fee, 0x20))))
                mstore(add(hashes, mul(i, 0x20)), keccak256(fee, 0x60))
            }
            if excess { revert(0, 0) }
            result := keccak256(hashes, mul(fees.length, 0x20))
        }
    }

    function _hashAddresses(address[] calldata list) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let words := mload(0x40)
            let size := mul(list.length, 0x20)
            calldatacopy(words, list.offset, size)
            let excess := 0
            for { let at := words } lt(at, add(words, size)) { at := add(at, 0x20) } {
                excess := or(excess, shr(160, mload(at)))
            }
            if excess { revert(0, 0) }
            result := keccak256(words, size)
        }
    }

    function _hashWords(bytes32[] calldata list) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let words := mload(0x40)
            let size := mul(list.length, 0x20)
            calldatacopy(words, list.offset, size)
            result := keccak256(words, size)
        }
    }
}
