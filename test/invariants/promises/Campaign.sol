// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Assertions, vm } from "../support/Vm.sol";
import { IWorld } from "../world/IWorld.sol";
import { LayerZeroChain } from "../world/LayerZeroChain.sol";
import { Rule } from "../world/Rule.sol";

/// @title What every campaign has: a fresh world, and the list of those who may act
abstract contract Campaign is Assertions {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    error RuleBroken(Rule rule, uint256 trade);
    error Unlike(string what, uint256 side, uint256 token, uint256 account, uint256 actual, uint256 expected);
    error Holds(string what, uint256 trade, uint256 leg);

    uint256 internal constant HOME = 0;
    uint256 internal constant AWAY = 1;
    uint256 internal constant SIDES = 2;
    uint256 internal constant TOKENS = 2;
    uint256 internal constant CAST = 13;

    IWorld public world;

    function setUp() public virtual {
        world = IWorld(LayerZeroChain.create(vm.getCode("Handler.sol:Handler")));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(world);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(world), world.acts());
    }

    function _keeps(Rule rule) internal view {
        if (world.broken(rule)) revert RuleBroken(rule, world.brokenBy(rule));
    }
}
