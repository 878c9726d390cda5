// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ITermsErrors } from "../../contracts/interfaces/ITermsErrors.sol";
import { ChainRows } from "../../contracts/libraries/ChainRows.sol";
import { Home, TermsLib } from "../../contracts/libraries/TermsLib.sol";
import { ChainRow } from "../../contracts/types/Deployment.sol";
import { Fee, Leg, SettlementId, Terms, TokenStandard } from "../../contracts/types/Terms.sol";
import { Assertions, vm } from "./support/Vm.sol";

/// @notice The library as the contracts use it: with terms in calldata.
contract TermsHarness {
    function hash(Terms calldata terms) external pure returns (bytes32) {
        return SettlementId.unwrap(TermsLib.hash(terms));
    }

    function validate(Terms calldata terms, Home calldata home) external pure {
        TermsLib.validate(terms, home);
    }

    function feeSum(Terms calldata terms, uint256 leg) external pure returns (uint256) {
        return TermsLib.feeSum(terms.legs[leg]);
    }
}

/// @notice The settlement id and the bounds of terms, for any terms.
contract TermsLibTest is Assertions {
    uint64 private constant HOME = 11155111;
    uint64 private constant AWAY = 84532;
    address private constant COORDINATOR = address(0xC0);
    address private constant ESCROW = address(0xE5);
    address private constant TOKEN = address(0x70);

    TermsHarness private immutable _harness = new TermsHarness();

    // ---------------------------------------------------------------- id

    /// @notice Whatever single thing changes, the id changes.
    function testFuzz_idTellsEveryFieldApart(uint256 seed, uint256 field, uint256 change) public view {
        Terms memory terms = _terms(seed, within(seed >> 8, 1, 4), within(seed >> 16, 0, 3));
        bytes32 before = _harness.hash(terms);
        _flip(terms, field, change);
        assertNotEq(_harness.hash(terms), before);
    }

    /// @notice The id depends on the terms' values alone, and is EIP-712's, written down a second time.
    function testFuzz_idIsTheTypedDataDigest(uint256 seed) public view {
        Terms memory terms = _terms(seed, within(seed >> 8, 0, 5), within(seed >> 16, 0, 4));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("KeyStone Settlement"),
                keccak256("1"),
                terms.chainId,
                terms.coordinator
            )
        );
        bytes memory legs;
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            legs = bytes.concat(legs, _hashLeg(terms.legs[i]));
        }
        bytes memory head = abi.encode(
            keccak256(
                "Terms(bytes16 ref,uint64 chainId,address coordinator,bytes32 ruleset,bytes32[] parties,Leg[] legs,uint40 depositDeadline,uint40 settleDeadline,address[] attesters,uint8 threshold,address operator,bytes32 parent,uint40 notBefore)Fee(address recipient,uint256 amount)Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)"
            ),
            terms.ref,
            terms.chainId,
            terms.coordinator,
            terms.ruleset,
            keccak256(abi.encodePacked(terms.parties)),
            keccak256(legs)
        );
        bytes memory tail = abi.encode(
            terms.depositDeadline,
            terms.settleDeadline,
            keccak256(abi.encodePacked(terms.attesters)),
            terms.threshold,
            terms.operator,
            terms.parent,
            terms.notBefore
        );
        bytes32 expected = keccak256(abi.encodePacked(hex"1901", domain, keccak256(bytes.concat(head, tail))));
        assertEq(_harness.hash(terms), expected);
    }

    /// @notice A word with a bit beyond its type is of no terms, and has no id: the decoder's own refusal, which raw copying must keep.
    function testFuzz_wordsBeyondTheirTypesAreRefused(uint256 seed, uint256 field, uint256 bit) public view {
        Terms memory terms = _terms(seed & ~uint256(0xff00), 1, 0);
        terms.legs[0].standard = TokenStandard.ERC20;
        terms.legs[0].tokenId = 0;
        terms.legs[0].partition = 0;
        terms.legs[0].fees = new Fee[](1);
        terms.legs[0].fees[0] = Fee(address(0x100), 1);
        bytes memory data = abi.encodeCall(TermsHarness.hash, (terms));
        (bool ok,) = address(_harness).staticcall(data);
        assertTrue(ok, "terms as they should be");

        // Where the heads of terms, leg, fee and attesters lie behind the selector and the offset of the terms.
        uint256 head = 0x24;
        uint256 leg = head + _wordAt(data, head + 0xa0) + 0x20;
        leg += _wordAt(data, leg);
        uint256 fee = leg + _wordAt(data, leg + 0x120) + 0x20;
        uint256 attester = head + _wordAt(data, head + 0x100) + 0x20;
        // Position and width of every word that is narrower than 256 bits; ref is the one that is so from below.
        uint256[2][16] memory narrow = [
            [head + 0x20, 64],
            [head + 0x40, 160],
            [head + 0xc0, 40],
            [head + 0xe0, 40],
            [head + 0x120, 8],
            [head + 0x140, 160],
            [head + 0x180, 40],
            [attester, 160],
            [leg, 64],
            [leg + 0x20, 160],
            [leg + 0x40, 160],
            [leg + 0x60, 3],
            [leg + 0xe0, 8],
            [leg + 0x100, 8],
            [fee, 160],
            [head, 0]
        ];
        uint256[2] memory one = narrow[field % 16];
        uint256 dirt = 1 << (field % 16 == 15 ? bit % 128 : within(bit, one[1], 255));
        uint256 at = one[0];
        assembly ("memory-safe") {
            let word := add(add(data, 0x20), at)
            mstore(word, or(mload(word), dirt))
        }
        (ok,) = address(_harness).staticcall(data);
        assertTrue(!ok, "a word beyond its type has an id");
    }

    function _wordAt(bytes memory data, uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), at))
        }
    }

    // ---------------------------------------------------------------- bounds

    /// @notice Terms are refused for their size exactly when their encoding is above the bound, and the error tells that size.
    function testFuzz_sizeIsThatOfTheEncoding(uint256 seed) public {
        Terms memory terms = _terms(seed, within(seed >> 8, 1, 16), within(seed >> 16, 0, 4));
        uint256 size = abi.encode(terms).length;
        if (size > TermsLib.MAX_BYTES) vm.expectRevert(abi.encodeWithSelector(ITermsErrors.Terms_TooLarge.selector, size));
        _harness.validate(terms, _home());
    }

    /// @notice Fees are taken exactly when their true sum is within the amount; then recipient and fees together get the amount.
    function testFuzz_feesNeverExceedTheAmount(uint256 amount, uint256[4] calldata fees, uint8 count) public {
        Terms memory terms = _terms(1, 1, 0);
        uint256 n = within(count, 0, 4);
        terms.legs[0].standard = TokenStandard.ERC20;
        terms.legs[0].tokenId = 0;
        terms.legs[0].partition = 0;
        terms.legs[0].amount = within(amount, 1, type(uint256).max - 1);
        terms.legs[0].fees = new Fee[](n);
        uint256 rest = terms.legs[0].amount;
        bool fits = true;
        for (uint256 i = 0; i < n; ++i) {
            // Half of them small enough to fit often, the others anything.
            uint256 fee = fees[i] & 1 == 0 ? fees[i] % (terms.legs[0].amount / 3 + 2) : fees[i];
            terms.legs[0].fees[i] = Fee(address(uint160(0x100 + i)), fee);
            if (fits && fee <= rest) rest -= fee;
            else fits = false;
        }
        if (!fits) vm.expectRevert(abi.encodeWithSelector(ITermsErrors.Terms_FeesExceedAmount.selector, 0));
        _harness.validate(terms, _home());
        if (fits) assertEq(terms.legs[0].amount - _harness.feeSum(terms, 0), rest);
    }

    // ---------------------------------------------------------------- builders

    /// @dev Well-formed terms for `_home()`, everything free in them drawn from the seed.
    function _terms(uint256 seed, uint256 legs, uint256 fees) private pure returns (Terms memory terms) {
        terms.ref = bytes16(_draw(seed, 1));
        terms.chainId = HOME;
        terms.coordinator = COORDINATOR;
        terms.ruleset = _draw(seed, 2);
        terms.parties = new bytes32[](within(seed >> 24, 2, 32));
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            terms.parties[i] = _draw(seed, 100 + i);
        }
        terms.legs = new Leg[](legs);
        for (uint256 i = 0; i < legs; ++i) {
            terms.legs[i] = _leg(uint256(_draw(seed, 200 + i)), terms.parties.length, fees);
        }
        terms.depositDeadline = uint40(within(uint256(_draw(seed, 3)), 1, type(uint40).max - 1));
        terms.settleDeadline = uint40(within(uint256(_draw(seed, 4)), terms.depositDeadline, type(uint40).max));
        terms.attesters = new address[](within(seed >> 32, 1, 8));
        for (uint256 i = 0; i < terms.attesters.length; ++i) {
            terms.attesters[i] = address(uint160((i + 1) << 96));
        }
        terms.threshold = uint8(within(seed >> 40, 1, terms.attesters.length));
        terms.operator = address(uint160(uint256(_draw(seed, 5))));
        if (seed >> 48 & 1 == 0) return terms;
        terms.parent = _draw(seed, 6);
        terms.notBefore = uint40(uint256(_draw(seed, 7)) % terms.depositDeadline);
    }

    function _leg(uint256 seed, uint256 parties, uint256 fees) private pure returns (Leg memory leg) {
        leg.chainId = seed & 1 == 0 ? HOME : AWAY;
        leg.escrow = ESCROW;
        leg.token = TOKEN;
        leg.standard = TokenStandard((seed >> 1) % 5);
        // What the standard has a word for.
        if (leg.standard == TokenStandard.ERC721) fees = 0;
        bool plain = leg.standard == TokenStandard.ERC20 || leg.standard == TokenStandard.ERC3643;
        if (!plain && leg.standard != TokenStandard.ERC1400) leg.tokenId = uint256(_draw(seed, 1));
        if (leg.standard == TokenStandard.ERC1400) leg.partition = _draw(seed, 3);
        leg.amount = within(uint256(_draw(seed, 2)), 1e6, type(uint256).max - 1);
        if (leg.standard == TokenStandard.ERC721) leg.amount = 1;
        leg.from = uint8(within(seed >> 8, 0, parties - 1));
        leg.to = uint8((leg.from + 1 + (seed >> 16) % (parties - 1)) % parties);
        leg.fees = new Fee[](fees);
        for (uint256 i = 0; i < fees; ++i) {
            leg.fees[i] = Fee(address(uint160(0x100 + i)), 1 + (seed >> 24) % 1e5);
        }
    }

    /// @dev Changes one value by an amount that is never zero.
    function _flip(Terms memory terms, uint256 field, uint256 change) private pure {
        Leg memory leg = terms.legs[change % terms.legs.length];
        bytes32 bits = bytes32(change | 1);
        field = within(field, 0, 23);
        if (field == 0) terms.ref ^= bytes16(uint128(uint256(bits)));
        else if (field == 1) terms.chainId ^= uint64(uint256(bits));
        else if (field == 2) terms.coordinator = address(uint160(terms.coordinator) ^ uint160(uint256(bits)));
        else if (field == 3) terms.ruleset ^= bits;
        else if (field == 4) terms.parties[change % terms.parties.length] ^= bits;
        else if (field == 5) terms.depositDeadline ^= uint40(uint256(bits));
        else if (field == 6) terms.settleDeadline ^= uint40(uint256(bits));
        else if (field == 7) terms.attesters[change % terms.attesters.length] = address(uint160(uint256(bits) | 1));
        else if (field == 8) terms.threshold ^= uint8(uint256(bits));
        else if (field == 9) terms.operator = address(uint160(terms.operator) ^ uint160(uint256(bits)));
        else if (field == 10) terms.parent ^= bits;
        else if (field == 11) terms.notBefore ^= uint40(uint256(bits));
        else if (field == 12) leg.chainId ^= uint64(uint256(bits));
        else if (field == 13) leg.escrow = address(uint160(leg.escrow) ^ uint160(uint256(bits)));
        else if (field == 14) leg.token = address(uint160(leg.token) ^ uint160(uint256(bits)));
        else if (field == 15) leg.standard = TokenStandard((uint256(leg.standard) + 1 + change % 4) % 5);
        else if (field == 16) leg.tokenId ^= uint256(bits);
        else if (field == 17) leg.amount ^= uint256(bits);
        else if (field == 18) leg.partition ^= bits;
        else if (field == 19) leg.from ^= uint8(uint256(bits));
        else if (field == 20) leg.to ^= uint8(uint256(bits));
        else if (field == 21) leg.fees = _longer(leg.fees);
        else if (field == 22) terms.parties = _shorter(terms.parties);
        else terms.legs = _repeated(terms.legs);
    }

    function _longer(Fee[] memory fees) private pure returns (Fee[] memory longer) {
        longer = new Fee[](fees.length + 1);
        for (uint256 i = 0; i < fees.length; ++i) {
            longer[i] = fees[i];
        }
    }

    function _shorter(bytes32[] memory list) private pure returns (bytes32[] memory shorter) {
        shorter = new bytes32[](list.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) {
            shorter[i] = list[i];
        }
    }

    function _repeated(Leg[] memory legs) private pure returns (Leg[] memory repeated) {
        repeated = new Leg[](legs.length + 1);
        for (uint256 i = 0; i < repeated.length; ++i) {
            repeated[i] = legs[i % legs.length];
        }
    }

    function _hashLeg(Leg memory leg) private pure returns (bytes32) {
        bytes memory fees;
        for (uint256 i = 0; i < leg.fees.length; ++i) {
            bytes32 typeHash = keccak256("Fee(address recipient,uint256 amount)");
            fees = bytes.concat(fees, keccak256(abi.encode(typeHash, leg.fees[i].recipient, leg.fees[i].amount)));
        }
        bytes memory head = abi.encode(
            keccak256(
                "Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)Fee(address recipient,uint256 amount)"
            ),
            leg.chainId,
            leg.escrow,
            leg.token,
            uint8(leg.standard),
            leg.tokenId
        );
        return keccak256(
            bytes.concat(head, abi.encode(leg.amount, leg.partition, leg.from, leg.to, keccak256(fees)))
        );
    }

    function _home() private pure returns (Home memory home) {
        ChainRow[] memory rows = new ChainRow[](2);
        rows[0].chainId = HOME;
        rows[1].chainId = AWAY;
        home = Home(HOME, COORDINATOR, ESCROW, 0, 0);
        (home.rowsLow, home.rowsHigh) = ChainRows.pack(rows);
    }

    function _draw(uint256 seed, uint256 what) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, what));
    }
}
