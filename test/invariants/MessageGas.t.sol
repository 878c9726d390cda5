// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroMessenger } from "../../contracts/interfaces/ILayerZeroMessenger.sol";
import { GasFloor } from "../../contracts/libraries/GasFloor.sol";
import { MessageGas } from "../../contracts/libraries/MessageGas.sol";
import { MessageKind } from "../../contracts/types/Deployment.sol";
import { Fee, Leg, Terms } from "../../contracts/types/Terms.sol";
import { Assertions } from "./support/Vm.sol";

/// @notice The library as the contracts use it: with terms in calldata.
contract MessageGasHarness {
    function toGoOn(MessageKind kind, Terms calldata terms, uint64 chainId) external pure returns (uint256) {
        return MessageGas.toGoOn(kind, terms, chainId);
    }

    function toDeliver(MessageKind kind, Terms calldata terms, uint64 chainId, uint256 size)
        external
        pure
        returns (uint256)
    {
        return MessageGas.toDeliver(kind, terms, chainId, size);
    }

    function demand(uint256 required) external view {
        MessageGas.demand(required);
    }

    /// @return left What there was just before.
    function keeping(uint256 reserve) external view returns (uint256 left, uint256 kept) {
        left = gasleft();
        kept = MessageGas.keeping(reserve);
    }
}

/// @notice What a message is paid for, written down a second time.
contract MessageGasTest is Assertions {
    uint64 private constant HERE = 84532;
    uint64 private constant THERE = 11155111;

    /// @dev Two million for an attempt, the 63rd part of it, and 40,000 around the call.
    uint256 private constant STEP = 2_000_000 + 31_746 + 40_000;
    /// @dev The steps to the verdict, and the event that ends a delivery.
    uint256 private constant STEPS = 400_000 + 20_000;
    uint256 private constant MOST = 14_000_000;

    MessageGasHarness private immutable _harness = new MessageGasHarness();

    /// @notice Floors are as the documentation says, and a frame is judged by its legs, by four at most.
    function testFuzz_floors(uint8 legs) public pure {
        assertEq(GasFloor.FLOOR, 2_000_000);
        assertEq(GasFloor.STEP, STEP);
        assertEq(GasFloor.ofLegs(legs), 2_000_000 * uint256(legs > 4 ? 4 : legs));
    }

    /// @notice Going on costs the steps, 200,000 for each leg here and each of its fees, and the floors that the escrow asks for.
    function testFuzz_goingOn(uint256 seed) public view {
        Terms memory terms = _terms(seed);
        (uint256 legs, uint256 fees, uint256 most) = (0, 0, 0);
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (terms.legs[i].chainId != HERE) continue;
            ++legs;
            fees += terms.legs[i].fees.length;
            if (terms.legs[i].fees.length > most) most = terms.legs[i].fees.length;
        }
        uint256 floors = legs > 1 ? STEP * (1 + most) : most > 0 ? STEP : 0;
        uint256 sum = STEPS + 200_000 * (legs + fees) + floors;
        uint256 expected = sum < MOST ? sum : MOST;
        assertEq(_harness.toGoOn(MessageKind.LOCKED, terms, HERE), expected);
        assertEq(_harness.toGoOn(MessageKind.VERDICT, terms, HERE), expected);
        assertEq(_harness.toGoOn(MessageKind.RELEASED, terms, HERE), STEPS);
    }

    /// @notice One fee asks for one step, and the first leg without any for none.
    function test_theFirstLegNeedsAFloorForItsFeesAlone() public view {
        Terms memory terms;
        terms.legs = new Leg[](1);
        terms.legs[0].chainId = HERE;
        assertEq(_harness.toGoOn(MessageKind.LOCKED, terms, HERE), STEPS + 200_000);
        terms.legs[0].fees = new Fee[](1);
        assertEq(_harness.toGoOn(MessageKind.LOCKED, terms, HERE), STEPS + 400_000 + STEP);
    }

    /// @notice A delivery is paid for recording, decoding by the byte, going on, three times the 64th, and what the endpoint takes.
    function testFuzz_delivering(uint256 seed, uint16 size) public view {
        Terms memory terms = _terms(seed);
        uint256 goingOn = _harness.toGoOn(MessageKind.VERDICT, terms, HERE);
        uint256 below = 110_000 + 20_000 + (20_000 + 20 * uint256(size)) + goingOn;
        uint256 paid = _harness.toDeliver(MessageKind.VERDICT, terms, HERE, size);
        assertEq(paid, below * 20 / 19 + 60_000 + 10 * uint256(size));
        uint256 arrives = paid - 60_000 - 10 * uint256(size);
        for (uint256 call = 0; call < 3; ++call) {
            arrives -= arrives / 64;
        }
        assertTrue(arrives >= below, "three calls lie between");
        assertEq(MessageGas.toDeliverBare(), uint256(110_000) * 20 / 19 + 60_000 + 10 * 34);
    }

    /// @notice The reserve stays back, whatever there is; with less than it nothing is given.
    function testFuzz_keeping(uint256 reserve) public view {
        reserve = within(reserve, 0, 1 << 32);
        (uint256 left, uint256 kept) = _harness.keeping(reserve);
        if (reserve >= left) {
            assertEq(kept, 0);
            return;
        }
        assertTrue(kept + reserve <= left, "the reserve is kept");
        assertTrue(kept + reserve + 500 >= left || kept == 0, "and no more");
    }

    /// @notice A demand is refused by its name when there is less.
    function testFuzz_demanding(uint256 required) public view {
        required = within(required, 0, 4_000_000);
        try _harness.demand{ gas: 2_000_000 }(required) {
            assertTrue(required < 2_000_000, "what is not there was demanded");
        } catch (bytes memory reason) {
            assertTrue(required > 1_990_000, "what is there was refused");
            assertEq(bytes32(bytes4(reason)), bytes32(ILayerZeroMessenger.LayerZeroMessenger_InsufficientGas.selector));
        }
    }

    function _terms(uint256 seed) private pure returns (Terms memory terms) {
        terms.legs = new Leg[](within(seed, 0, 16));
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            terms.legs[i].chainId = drawn & 1 == 0 ? HERE : THERE;
            terms.legs[i].fees = new Fee[]((drawn >> 8) % 5);
        }
    }
}
