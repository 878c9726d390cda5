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
        return SettlementId.wrap(MessageHashUtils.toTypedDataHash(domainOf(terms), structHash(terms)));
    }

    /// @notice The EIP-712 domain separator of {"KeyStone Settlement", "1", chainId, coordinator} as the terms name them.
    function domainOf(Terms calldata terms) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, uint256(terms.chainId), terms.coordinator)
        );
    }

    /// @notice EIP-712's hashStruct of the terms: what other typed data that contains the whole terms is hashed from.
    function structHash(Terms calldata terms) internal pure returns (bytes32) {
        Leg[] calldata list = terms.legs;
        bytes32[] memory legs = new bytes32[](list.length);
        for (uint256 i = 0; i < legs.length; ++i) {
            legs[i] = _hashLeg(list[i]);
        }
        return keccak256(
            abi.encode(
                TERMS_TYPEHASH,
                terms.ref,
                terms.chainId,
                terms.coordinator,
                terms.ruleset,
                keccak256(abi.encodePacked(terms.parties)),
                keccak256(abi.encodePacked(legs)),
                terms.depositDeadline,
                terms.settleDeadline,
                keccak256(abi.encodePacked(terms.attesters)),
                terms.threshold,
                terms.operator,
                terms.parent,
                terms.notBefore
            )
        );
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
        for (uint256 i = 0; i < legs; ++i) {
            words += FEE_WORDS * _validateLeg(list[i], i, parties, home);
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

    function _validateParties(bytes32[] calldata parties) private pure {
        for (uint256 i = 1; i < parties.length; ++i) {
            bytes32 party = parties[i];
            for (uint256 j = 0; j < i; ++j) {
                if (parties[j] == party) revert ITermsErrors.Terms_RepeatedParty(i);
            }
        }
    }

    /// @dev What a standard has no use for must be empty, so that two different terms never mean one transfer.
    function _fitsStandard(Leg calldata leg) private pure returns (bool) {
        TokenStandard standard = leg.standard;
        if (standard == TokenStandard.ERC721) {
            if (leg.amount != 1 || leg.fees.length != 0) return false;
        } else if (standard != TokenStandard.ERC1155 && leg.tokenId != 0) {
            return false;
        }
        return standard == TokenStandard.ERC1400 || leg.partition == 0;
    }

    /// @return fees How many fees the leg has.
    function _validateLeg(Leg calldata leg, uint256 index, uint256 parties, Home memory home)
        private
        pure
        returns (uint256 fees)
    {
        if (ChainRows.bitOf(home.rowsLow, home.rowsHigh, leg.chainId) == 0) {
            revert ITermsErrors.Terms_UnknownChain(index, leg.chainId);
        }
        if (leg.escrow != home.escrow) revert ITermsErrors.Terms_ForeignEscrow(index, leg.escrow);
        if (leg.from >= parties) revert ITermsErrors.Terms_IndexOutOfRange(index, leg.from);
        if (leg.to >= parties) revert ITermsErrors.Terms_IndexOutOfRange(index, leg.to);
        if (leg.from == leg.to) revert ITermsErrors.Terms_FromIsTo(index);
        if (leg.amount == 0) revert ITermsErrors.Terms_ZeroAmount(index);
        fees = leg.fees.length;
        if (fees > MAX_FEES) revert ITermsErrors.Terms_TooManyFees(index, fees);
        uint256 rest = leg.amount;
        for (uint256 i = 0; i < fees; ++i) {
            Fee calldata fee = leg.fees[i];
            if (fee.recipient == address(0) || fee.recipient == home.escrow || fee.recipient == leg.token) {
                revert ITermsErrors.Terms_InvalidFeeRecipient(index, i, fee.recipient);
            }
            if (fee.amount > rest) revert ITermsErrors.Terms_FeesExceedAmount(index);
            rest -= fee.amount;
        }
        if (!_fitsStandard(leg)) revert ITermsErrors.Terms_StandardFields(index);
    }

    function _hashLeg(Leg calldata leg) private pure returns (bytes32) {
        bytes32[] memory fees = new bytes32[](leg.fees.length);
        for (uint256 i = 0; i < fees.length; ++i) {
            fees[i] = keccak256(abi.encode(FEE_TYPEHASH, leg.fees[i].recipient, leg.fees[i].amount));
        }
        return keccak256(
            abi.encode(
                LEG_TYPEHASH,
                leg.chainId,
                leg.escrow,
                leg.token,
                leg.standard,
                leg.tokenId,
                leg.amount,
                leg.partition,
                leg.from,
                leg.to,
                keccak256(abi.encodePacked(fees))
            )
        );
    }
}
