// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageKind } from "../../../contracts/types/Deployment.sol";
import { Verdict } from "../../../contracts/types/Terms.sol";
import { Books } from "../world/Books.sol";
import { Fact } from "../world/Fact.sol";
import { Rule } from "../world/Rule.sol";

/// @title What verifiers, executors and forgers do
/// @notice A message that nobody touches is late, or lost.
abstract contract CourierActs is Books {
    /// @notice One message is verified, in any order.
    function verify(uint256 index) external {
        if (!_packets[index % _packets.length].verified) _verify(index % _packets.length);
        _observe();
    }

    /// @notice One message is executed, whether its turn has come or not, with the gas that was paid for or any other.
    function execute(uint256 index, uint256 gas, bool generous) external {
        index %= _packets.length;
        _execute(index, generous ? TRANSACTION_GAS : 50_000 + gas % (2 * _packets[index].gas), 0);
        _observe();
    }

    /// @notice One message goes the whole way, and those before it are verified.
    function deliver(uint256 index) external {
        _deliver(index % _packets.length);
        _observe();
    }

    /// @notice The oldest messages that have not arrived do, or the newest.
    function deliverNext(uint256 count, bool newestFirst) external {
        uint256 sent = _packets.length;
        count = 1 + count % 3;
        for (uint256 i = 0; i < sent && count != 0; ++i) {
            uint256 index = newestFirst ? sent - 1 - i : i;
            if (_packets[index].executed) continue;
            _deliver(index);
            _observe();
            --count;
        }
    }

    /// @notice A message that was executed is executed again, verified anew or not.
    function redeliver(uint256 index, bool verifying) external {
        index %= _packets.length;
        if (!_packets[index].executed) return;
        if (verifying) _verify(index);
        bool ok = _execute(index, TRANSACTION_GAS, 0);
        _require(!ok, Rule.MESSAGES_COUNT_ONCE, 0);
        _observe();
    }

    /// @notice A message that nobody sent: from the peer but seen by one verifier alone, or from a stranger and seen by both.
    function forge(uint256 trade, uint256 side, uint256 what, bool fromStranger) external {
        trade = _trade(trade);
        side %= SIDES;
        bytes memory message = _forged(trade, what, abi.encodePacked(_idOn(trade, 1 - side)));
        bytes32 sender = fromStranger ? bytes32(uint256(uint160(who[STRANGER]))) : _asPeer(1 - side);
        // Numbers far ahead, so that no true message is kept from being verified.
        bytes memory header = _header(uint64(1_000 + what % 1_000), side, sender);
        bytes32 payloadHash = keccak256(abi.encodePacked(bytes32(what), message));
        _on(1 - side);
        bool ok = _attestAndCommit(1 - side, header, payloadHash, fromStranger);
        _require(!ok, Rule.FORGERIES_ARE_REFUSED, trade);
        _observe();
    }

    /// @dev A message whose turn has come, with all the gas there is, must go through whatever it says.
    function _deliver(uint256 index) internal {
        Packet storage packet = _packets[index];
        if (packet.executed) return;
        for (uint256 i = 0; i <= index; ++i) {
            if (_packets[i].side == packet.side && !_packets[i].verified) _verify(i);
        }
        // As it was paid for, then as anybody would try again.
        bool ok = _execute(index, packet.gas, 0);
        if (!ok) ok = _execute(index, TRANSACTION_GAS, 0);
        _require(ok, Rule.MESSAGES_NEVER_BLOCK, 0);
    }

    /// @dev A verdict that was taken, or a report of an escrow that has locked.
    function _onSent(Packet memory packet) internal override {
        uint256 trade = packet.trade;
        if (trade == NO_TRADE) return;
        if (packet.kind == MessageKind.VERDICT) {
            Verdict taken = coordinator.verdictOf(_trades[trade].id);
            bool honest = packet.side == HOME && packet.verdict == taken && taken != Verdict.NONE;
            _require(honest, Rule.MESSAGES_ARE_TRUE, trade);
        } else {
            bool locked = escrow[AWAY].stateOf(_idOn(trade, AWAY)).locked;
            _require(locked && packet.side == AWAY, Rule.MESSAGES_ARE_TRUE, trade);
        }
    }

    function _onOvertaking() internal override {
        _reach(true, Fact.DELIVERED_LATE_FIRST);
    }

    function _forged(uint256 trade, uint256 what, bytes memory id) private view returns (bytes memory) {
        MessageKind kind = MessageKind(what % 3);
        Verdict verdict = kind != MessageKind.VERDICT ? Verdict.NONE : Verdict(1 + (what / 3) % 2);
        bytes memory bare = abi.encodePacked(kind, verdict, id);
        return what % 2 == 0 ? bare : bytes.concat(bare, abi.encode(_terms[trade]));
    }
}
