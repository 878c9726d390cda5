// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { IEscrowCore } from "../../../contracts/interfaces/IEscrowCore.sol";
import { IEscrowExtension } from "../../../contracts/interfaces/IEscrowExtension.sol";
import { Books } from "../world/Books.sol";
import { Rule } from "../world/Rule.sol";

/// @title What anyone may do at an escrow
abstract contract EscrowActs is Books {
    function notifyLocked(uint256 trade, uint256 side, bool paying) external {
        trade = _trade(trade);
        _notifyLocked(trade, side % SIDES, paying ? PLENTY : 0);
        _observe();
    }

    function notifyReleased(uint256 trade, uint256 side, bool paying) external {
        trade = _trade(trade);
        _notifyReleased(trade, side % SIDES, paying ? PLENTY : 0);
        _observe();
    }

    /// @notice Pays or refunds one leg, or tries an owed fee again. On a leg that is paid it never fails.
    function claim(uint256 trade, uint256 leg, uint256 gas) external {
        (trade, leg) = _pick(trade, leg);
        gas = _gas(gas);
        bool paid = _seenLeg[trade][leg] > IEscrowBase.LegStatus.LOCKED;
        bool ok = _claim(trade, leg, gas);
        if (paid && gas == TRANSACTION_GAS) _require(ok, Rule.WHAT_IS_SO_IS_NO_FAULT, trade);
        _observe();
    }

    function release(uint256 trade, uint256 side, uint256 gas) external {
        trade = _trade(trade);
        side %= SIDES;
        _at(side, 0, _gas(gas), abi.encodeCall(IEscrowCore.release, (_termsOn(trade, side))));
        _observe();
    }

    function refundExpired(uint256 trade, uint256 side, uint256 gas) external {
        trade = _trade(trade);
        side %= SIDES;
        _at(side, 0, _gas(gas), abi.encodeCall(IEscrowCore.refundExpired, (_termsOn(trade, side))));
        _observe();
    }

    function _claim(uint256 trade, uint256 leg, uint256 gas) internal returns (bool) {
        uint256 side = _sideOf(trade, leg);
        return _at(side, 0, gas, abi.encodeCall(IEscrowCore.claim, (_termsOn(trade, side), leg)));
    }

    function _notifyLocked(uint256 trade, uint256 side, uint256 value) internal returns (bool) {
        bytes memory data = abi.encodeCall(IEscrowCore.notifyLocked, (_termsOn(trade, side)));
        return _at(side, value, TRANSACTION_GAS, data);
    }

    function _notifyReleased(uint256 trade, uint256 side, uint256 value) internal returns (bool) {
        bytes memory data = abi.encodeCall(IEscrowExtension.notifyReleased, (_termsOn(trade, side)));
        return _at(side, value, TRANSACTION_GAS, data);
    }

    function _at(uint256 side, uint256 value, uint256 gas, bytes memory data) private returns (bool ok) {
        _on(side);
        (ok,) = _callAndCollect(side, who[STRANGER], address(escrow[side]), value, gas, data);
    }
}
