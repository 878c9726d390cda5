// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ChainRows } from "../../contracts/libraries/ChainRows.sol";
import { GasFloor } from "../../contracts/libraries/GasFloor.sol";
import { Reason } from "../../contracts/libraries/Reason.sol";
import { TokenCall } from "../../contracts/libraries/TokenCall.sol";
import { ChainRow } from "../../contracts/types/Deployment.sol";
import { Assertions, vm } from "./support/Vm.sol";

/// @notice Answers with as many bytes as it is told to, by a revert.
contract Talker {
    function talk(bytes calldata what) external pure {
        assembly {
            let pointer := mload(0x40)
            calldatacopy(pointer, what.offset, what.length)
            revert(pointer, what.length)
        }
    }
}

/// @notice Uses as much gas as it is told to, and then says nothing.
contract Mute {
    function ask(uint256 gasToUse) external view {
        uint256 before = gasleft();
        while (before - gasleft() < gasToUse) { }
        assembly {
            revert(0, 0)
        }
    }
}

contract ChainRowsTest is Assertions {
    /// @notice A chain's bit is its row's, and a chain without a row has none.
    function testFuzz_bitIsTheRow(uint64[8] calldata ids, uint8 size, uint64 other) public pure {
        uint256 count = within(size, 1, 8);
        ChainRow[] memory rows = new ChainRow[](count);
        bool known = false;
        for (uint256 i = 0; i < count; ++i) {
            vm.assume(ids[i] != 0);
            for (uint256 j = 0; j < i; ++j) {
                vm.assume(ids[i] != ids[j]);
            }
            rows[i].chainId = ids[i];
            known = known || ids[i] == other;
        }
        (uint256 low, uint256 high) = ChainRows.pack(rows);
        for (uint256 i = 0; i < count; ++i) {
            assertEq(ChainRows.bitOf(low, high, ids[i]), 1 << i);
        }
        if (!known) assertEq(ChainRows.bitOf(low, high, other), 0);
        assertEq(ChainRows.bitOf(low, high, 0), 0);
        assertEq(ChainRows.bitOf(low, high, (1 << 64) | uint256(ids[0])), 0);
    }
}

contract GasFloorTest is Assertions {
    /// @notice Covered means that a call with all the gas gets the floor after the 63/64 rule, and less is never called covered.
    function testFuzz_coversIsThe63rdPart(uint256 gasBefore, uint256 floor) public pure {
        gasBefore = within(gasBefore, 0, 1 << 64);
        floor = within(floor, 0, 1 << 64);
        assertTrue(GasFloor.covers(gasBefore, floor) == (floor <= gasBefore - gasBefore / 64), "the 63/64 rule");
        assertTrue(!GasFloor.covers(gasBefore, gasBefore + 1), "never more than there is");
    }

    /// @notice A fee attempt with a step of gas before it can give the floor away; and a leg with its four fees fits a transaction.
    function test_aStepCoversTheFloor() public pure {
        assertTrue(GasFloor.covers(GasFloor.STEP - 30_000, GasFloor.FLOOR), "the step has room around the call");
        assertTrue(5 * GasFloor.STEP < 1 << 24, "the largest claim fits");
        assertTrue(GasFloor.ofLegs(16) < 1 << 24, "the largest follow-up fits");
    }
}

contract ReasonTest is Assertions {
    Talker private immutable _talker = new Talker();

    /// @notice A reason is the first 256 bytes of what was said, whichever way it was come by.
    function testFuzz_reasonsAreBounded(bytes memory said, uint16 length) public {
        bytes memory long = new bytes(within(length, 0, 600));
        for (uint256 i = 0; i < long.length; ++i) {
            long[i] = said.length == 0 ? bytes1(uint8(i)) : said[i % said.length];
        }
        bytes memory expected = new bytes(long.length < 256 ? long.length : 256);
        for (uint256 i = 0; i < expected.length; ++i) {
            expected[i] = long[i];
        }
        (bool ok,) = address(_talker).call(abi.encodeCall(Talker.talk, (long)));
        bytes memory heard = Reason.ofLastCall();
        // Whatever is allocated next must not run into it.
        bytes memory next = new bytes(64);
        next[0] = 0x01;
        assertTrue(!ok, "it reverts");
        assertEq(keccak256(heard), keccak256(expected));
        assertEq(keccak256(Reason.clip(long)), keccak256(expected));
    }
}

contract TokenCallTest is Assertions {
    /// @dev Half of what a question is given; what lies around the call is measured along, and differs by less than this.
    uint256 private constant SILENCE_GAS = 15_000;
    uint256 private constant AROUND = 1_000;

    Mute private immutable _mute = new Mute();

    /// @notice Silence that took less than half of the gas given is a lacking function; what took longer may have run out of gas.
    function testFuzz_silenceIsEarly(uint256 gasToUse) public view {
        gasToUse = within(gasToUse, 0, 25_000);
        uint256 gasBefore = gasleft();
        (bool known,) =
            TokenCall.read(address(_mute), TokenCall.PROBE_GAS, abi.encodeCall(Mute.ask, (gasToUse)));
        uint256 used = gasBefore - gasleft();
        bool silent = TokenCall.wasSilent(gasBefore);
        assertTrue(!known, "nothing was said");
        if (used < SILENCE_GAS - AROUND) assertTrue(silent, "a function that it lacks");
        if (used > SILENCE_GAS) assertTrue(!silent, "it may have run out of gas");
    }
}
