// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { IEscrowExtension } from "../../../contracts/interfaces/IEscrowExtension.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { SettlementId, Verdict } from "../../../contracts/types/Terms.sol";
import { Assertions, vm } from "../support/Vm.sol";
import { IWorld } from "../world/IWorld.sol";
import { LayerZeroChain } from "../world/LayerZeroChain.sol";
import { LedgerToken } from "../world/LedgerToken.sol";

/// @dev Those who judge, with a world of their own.
interface IJudge {
    function setUp() external;
    function world() external view returns (IWorld);
}

/// @dev The acts that damage needs.
interface IActs is IWorld {
    function deposit(uint256 trade, uint256 leg, bool revealing, bool paying, uint256 gas) external;
    function create(uint256 trade) external;
    function timeout(uint256 trade) external;
    function dispatch(uint256 trade, bool carryTerms, uint256 gas) external;
    function attest(uint256 trade, uint256 attester, uint256 seed, uint256 validFor, bool stale) external;
    function redirect(uint256 trade, uint256 leg, uint256 by, bool entitled, uint256 flaw) external;
    function deliver(uint256 index) external;
    function redeliver(uint256 index, bool verifying) external;
    function forge(uint256 trade, uint256 side, uint256 what, bool fromStranger) external;
    function trespass(uint256 trade, uint256 side, uint256 kind, uint256 by) external;
    function wait(uint256 side, uint256 time) external;
    function waitUntil(uint256 side, uint256 trade, uint256 which, uint256 offset) external;
    function proceed(uint256 trade, uint256 steps) external;
    function idOn(uint256 trade, uint256 side) external view returns (SettlementId);
}

/// @title Worlds that are broken on purpose, so that every invariant is seen to fail
/// @notice Takes what no honest contract gives: the deployment's own hands, or its word.
abstract contract Damage is Assertions {
    uint256 internal constant HOME = 0;
    uint256 internal constant AWAY = 1;
    // Settlements, as the handler picks them by a number that three divides.
    uint256 internal constant WHOLE = 0;
    uint256 internal constant CROSS = 1;
    uint256 internal constant CLOSING = 4;
    uint256 internal constant ALL_GAS = 1;

    IJudge internal judge;
    IActs internal world;
    /// @dev A record that differs is read again: something harmless that does.
    uint32 private _difference;

    function setUp() public {
        judge = IJudge(LayerZeroChain.create(vm.getCode("Protocol.t.sol:ProtocolTest")));
        judge.setUp();
        world = IActs(address(judge.world()));
    }

    /// @dev The invariant holds, then does not.
    function _seesRed(string memory name, function() internal damage) internal {
        assertTrue(_holds(name), string.concat(name, " is red before"));
        damage();
        assertTrue(!_holds(name), string.concat(name, " is blind"));
    }

    function _holds(string memory name) internal returns (bool ok) {
        (ok,) = address(judge).call(abi.encodeWithSignature(string.concat(name, "()")));
    }

    // ---------------------------------------------------------------- the deployment's word

    function _tellSettlement(uint256 trade, uint8 state, StateKind kind, Verdict verdict, uint8 locks, uint8 releases)
        internal
    {
        _tell(trade, ISettlementCoordinator.Record(true, state, kind, verdict, locks, releases));
    }

    function _tell(uint256 trade, ISettlementCoordinator.Record memory record) internal {
        SettlementId id = world.idOn(trade, HOME);
        address coordinator = address(world.coordinator());
        vm.mockCall(coordinator, abi.encodeCall(ISettlementCoordinator.stateOf, (id)), abi.encode(record));
        vm.mockCall(coordinator, abi.encodeCall(ISettlementCoordinator.verdictOf, (id)), abi.encode(record.verdict));
        world.wait(HOME, 0);
    }

    function _tellEscrow(uint256 trade, uint256 side, Verdict verdict, bool locked, uint16 deposited, uint16 paid)
        internal
    {
        _sayEscrow(trade, side, verdict, locked, deposited, paid);
        world.wait(HOME, 0);
    }

    /// @dev One leg's state, and a record that has changed with it.
    function _tellLeg(uint256 trade, uint256 side, uint256 leg, IEscrowBase.LegStatus status) internal {
        _sayEscrow(trade, side, Verdict.NONE, status >= IEscrowBase.LegStatus.LOCKED, uint16(1 << leg), 0);
        bytes memory data = abi.encodeCall(IEscrowExtension.legStatus, (world.idOn(trade, side), leg));
        vm.mockCall(address(world.escrow(side)), data, abi.encode(status));
        world.wait(HOME, 0);
    }

    function _sayEscrow(uint256 trade, uint256 side, Verdict verdict, bool locked, uint16 deposited, uint16 paid) private {
        IEscrowBase.Record memory record;
        record.verdict = verdict;
        record.locked = locked;
        record.deposited = deposited;
        record.paid = paid;
        record.feeCursor = ++_difference;
        bytes memory data = abi.encodeCall(IEscrowExtension.stateOf, (world.idOn(trade, side)));
        vm.mockCall(address(world.escrow(side)), data, abi.encode(record));
    }

    // ---------------------------------------------------------------- the deployment's hands

    /// @dev The escrow sends what nobody decided.
    function _steal(uint256 side, uint256 tokenIndex, address to, uint256 amount) internal {
        LedgerToken token = world.token(side, tokenIndex);
        token.mint(address(world.escrow(side)), amount);
        vm.prank(address(world.escrow(side)));
        token.transfer(to, amount);
    }

    /// @dev One of the settlement's payers deposits.
    function _deposit(uint256 trade, uint256 leg) internal {
        world.deposit(3 * trade, leg, true, true, ALL_GAS);
    }
}
