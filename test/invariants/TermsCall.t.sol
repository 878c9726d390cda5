// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { TermsCall } from "../../contracts/libraries/TermsCall.sol";
import { TermsLib } from "../../contracts/libraries/TermsLib.sol";
import { Fee, Leg, SettlementId, Terms, TokenStandard } from "../../contracts/types/Terms.sol";
import { Assertions } from "./support/Vm.sol";

/// @notice The library as the contracts use it: with terms in calldata that were hashed.
contract TermsCallHarness {
    /// @return id Of the terms as they came.
    /// @return encoded As they are passed on.
    /// @return expected As the compiler would pass them on.
    function passOn(Terms calldata terms) external pure returns (bytes32 id, bytes memory encoded, bytes memory expected) {
        id = SettlementId.unwrap(TermsLib.hash(terms));
        encoded = bytes.concat(bytes32(uint256(0x20)), TermsCall.encode(terms));
        expected = abi.encode(terms);
    }

    function hash(Terms calldata terms) external pure returns (bytes32) {
        return SettlementId.unwrap(TermsLib.hash(terms));
    }

    /// @return own What encoding the terms costs here.
    /// @return compilers What it costs by the compiler's encoder.
    function prices(Terms calldata terms) external view returns (uint256 own, uint256 compilers) {
        uint256 before = gasleft();
        TermsCall.encode(terms);
        own = before - gasleft();
        before = gasleft();
        abi.encode(terms);
        compilers = before - gasleft();
    }

    function withSelector(bytes4 selector, Terms calldata terms) external pure returns (bool) {
        return keccak256(TermsCall.encode(selector, terms)) == keccak256(abi.encodeWithSelector(selector, terms));
    }

    function withId(bytes4 selector, SettlementId id, Terms calldata terms) external pure returns (bool) {
        return keccak256(TermsCall.encode(selector, id, terms)) == keccak256(abi.encodeWithSelector(selector, id, terms));
    }
}

/// @notice What is passed on is what came, however it lay in the calldata.
contract TermsCallTest is Assertions {
    uint256 private constant HEAD = 0x24;

    TermsCallHarness private immutable _harness = new TermsCallHarness();

    /// @notice Terms as every encoder lays them.
    function testFuzz_encodedTermsArePassedOn(uint256 seed, bytes calldata behind) public view {
        _expectPassedOn(bytes.concat(_call(_terms(seed)), behind), true);
    }

    /// @notice Terms as every encoder lays them are copied and not encoded again, however many parts they have.
    function testFuzz_encodedTermsAreCopied(uint256 seed) public view {
        (uint256 own, uint256 compilers) = _harness.prices(_terms(seed));
        assertTrue(2 * own < compilers, "it costs as much as encoding does");
    }

    /// @notice With a selector and an id before them they are the compiler's bytes.
    function testFuzz_headsAreTheCompilers(uint256 seed, bytes4 selector, bytes32 id) public view {
        assertTrue(_harness.withSelector(selector, _terms(seed)), "f(terms)");
        assertTrue(_harness.withId(selector, SettlementId.wrap(id), _terms(seed)), "f(id, terms)");
    }

    /// @notice The same terms with one part elsewhere: a copy of it behind everything, and the offset set to that.
    function testFuzz_partsThatLieElsewhereArePassedOn(uint256 seed, uint256 part, uint256 gap) public view {
        Terms memory terms = _terms(seed);
        bytes memory data = _call(terms);
        (uint256 at, uint256 base) = _offset(data, terms.legs.length, part);
        uint256 from = base + _wordAt(data, at);
        bytes memory moved = bytes.concat(data, new bytes(within(gap, 0, 3) * 32), _from(data, from));
        _setWord(moved, at, moved.length - (data.length - from) - base);
        assertEq(_harness.hash(terms), _expectPassedOn(moved, true));
    }

    /// @notice The same terms with a gap before one of the lists: all that follows keeps its order, further behind.
    function testFuzz_gapsAreNotPassedOn(uint256 seed, uint256 list, uint256 gap, bytes32 filling) public view {
        bytes memory data = _call(_terms(seed));
        uint256 first = within(list, 0, 2);
        uint256[3] memory offsets = [HEAD + 0x80, HEAD + 0xa0, HEAD + 0x100];
        uint256 from = HEAD + _wordAt(data, offsets[first]);
        bytes memory filled = "";
        for (uint256 words = within(gap, 1, 3); words != 0; --words) {
            filled = bytes.concat(filled, filling);
        }
        bytes memory rest = _from(data, from);
        for (uint256 i = first; i < 3; ++i) {
            _setWord(data, offsets[i], _wordAt(data, offsets[i]) + filled.length);
        }
        assembly ("memory-safe") {
            mstore(data, from)
        }
        _expectPassedOn(bytes.concat(data, filled, rest), true);
    }

    /// @notice Any word changed to anything, of which offsets and lengths are the dangerous ones: refused, or passed on as it was read.
    function testFuzz_whateverIsReadIsPassedOn(uint256 seed, uint256 where, uint256 word, bool near) public view {
        bytes memory data = _call(_terms(seed));
        uint256 at = HEAD + 32 * within(where, 0, (data.length - HEAD) / 32 - 1);
        // A word near the old one more often reads as something.
        unchecked {
            if (near) word = _wordAt(data, at) + 32 * within(word, 0, 64) - 32 * 32;
        }
        _setWord(data, at, word);
        _expectPassedOn(data, false);
    }

    /// @notice The same for the offsets alone, which may point back, too.
    function testFuzz_offsetsAreReadOnce(uint256 seed, uint256 part, uint256 step) public view {
        Terms memory terms = _terms(seed);
        bytes memory data = _call(terms);
        (uint256 at,) = _offset(data, terms.legs.length, part);
        unchecked {
            _setWord(data, at, _wordAt(data, at) + 32 * within(step, 0, 96) - 32 * 48);
        }
        _expectPassedOn(data, false);
    }

    // ---------------------------------------------------------------- helpers

    /// @return id Of the terms; zero when they were refused.
    function _expectPassedOn(bytes memory data, bool mustBeRead) private view returns (bytes32 id) {
        (bool ok, bytes memory result) = address(_harness).staticcall(data);
        if (!ok) {
            assertTrue(!mustBeRead, "sound terms are refused");
            return id;
        }
        bytes memory encoded;
        bytes memory expected;
        (id, encoded, expected) = abi.decode(result, (bytes32, bytes, bytes));
        assertEq(keccak256(encoded), keccak256(expected));
        // And who receives them finds the same id.
        (ok, result) = address(_harness).staticcall(bytes.concat(TermsCallHarness.hash.selector, encoded));
        assertTrue(ok, "what was passed on is refused");
        assertEq(abi.decode(result, (bytes32)), id);
    }

    function _call(Terms memory terms) private pure returns (bytes memory) {
        return abi.encodeCall(TermsCallHarness.passOn, (terms));
    }

    /// @return at Where one of the offsets within the terms lies: of parties, legs or attesters, of a leg, or of its fees.
    /// @return base Where it counts from.
    function _offset(bytes memory data, uint256 legs, uint256 part) private pure returns (uint256 at, uint256 base) {
        uint256 choice = part % 5;
        if (choice == 0) return (HEAD + 0x80, HEAD);
        if (choice == 1) return (HEAD + 0xa0, HEAD);
        if (choice == 2) return (HEAD + 0x100, HEAD);
        base = HEAD + _wordAt(data, HEAD + 0xa0) + 0x20;
        at = base + 32 * within(part / 5, 0, legs - 1);
        if (choice == 3) return (at, base);
        base += _wordAt(data, at);
        at = base + 0x120;
    }

    function _from(bytes memory data, uint256 start) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - start);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = data[start + i];
        }
    }

    function _wordAt(bytes memory data, uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), at))
        }
    }

    function _setWord(bytes memory data, uint256 at, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), at), word)
        }
    }

    function _terms(uint256 seed) private pure returns (Terms memory terms) {
        terms.ref = bytes16(_draw(seed, 1));
        terms.chainId = uint64(seed);
        terms.coordinator = _address(seed, 2);
        terms.ruleset = _draw(seed, 3);
        terms.parties = new bytes32[](within(seed >> 8, 0, 4));
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            terms.parties[i] = _draw(seed, 100 + i);
        }
        terms.legs = new Leg[](within(seed >> 16, 1, 3));
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            terms.legs[i] = _leg(uint256(_draw(seed, 200 + i)));
        }
        terms.depositDeadline = uint40(seed >> 24);
        terms.settleDeadline = uint40(seed >> 32);
        terms.attesters = new address[](within(seed >> 40, 0, 3));
        for (uint256 i = 0; i < terms.attesters.length; ++i) {
            terms.attesters[i] = _address(seed, 300 + i);
        }
        terms.threshold = uint8(seed >> 48);
        terms.operator = _address(seed, 4);
        terms.parent = _draw(seed, 5);
        terms.notBefore = uint40(seed >> 56);
    }

    function _leg(uint256 seed) private pure returns (Leg memory leg) {
        leg = Leg({
            chainId: uint64(seed),
            escrow: _address(seed, 1),
            token: _address(seed, 2),
            standard: TokenStandard((seed >> 8) % 5),
            tokenId: uint256(_draw(seed, 3)),
            amount: uint256(_draw(seed, 4)),
            partition: _draw(seed, 5),
            from: uint8(seed >> 16),
            to: uint8(seed >> 24),
            fees: new Fee[]((seed >> 32) % 4)
        });
        for (uint256 i = 0; i < leg.fees.length; ++i) {
            leg.fees[i] = Fee(_address(seed, 10 + i), uint256(_draw(seed, 20 + i)));
        }
    }

    function _address(uint256 seed, uint256 what) private pure returns (address) {
        return address(uint160(uint256(_draw(seed, what))));
    }

    function _draw(uint256 seed, uint256 what) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, what));
    }
}
