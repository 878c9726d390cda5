// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { Verdict } from "../../../contracts/types/Terms.sol";
import { LedgerToken } from "../world/LedgerToken.sol";
import { CoordinatorActs } from "./CoordinatorActs.sol";
import { CourierActs } from "./CourierActs.sol";
import { EscrowActs } from "./EscrowActs.sol";

/// @title How everything ends: time, delivery, and calls that a stranger makes
/// @notice Promise 5. Nobody who was part of a trade does anything any more.
abstract contract Ending is EscrowActs, CoordinatorActs, CourierActs {
    /// @notice Every deadline has passed on both chains, every message arrives, and a stranger calls whatever anyone may call.
    function end() public {
        for (uint256 side = 0; side < SIDES; ++side) {
            if (clock[side] < START + 10_000) clock[side] = START + 10_000;
        }
        for (uint256 trade = 0; trade < _terms.length; ++trade) {
            _timeout(trade);
            _observe();
            if (_hasLegOn(trade, AWAY) && _seenEscrow[trade][AWAY].verdict == Verdict.NONE) {
                _dispatch(trade, false, TRANSACTION_GAS);
            }
        }
        _deliverAll();
        for (uint256 trade = 0; trade < _terms.length; ++trade) {
            _payOut(trade);
            if (_seenSettlement[trade].kind != StateKind.EXECUTING) continue;
            for (uint256 side = 0; side < SIDES; ++side) {
                if (_hasLegOn(trade, side)) _notifyReleased(trade, side, side == HOME ? 0 : PLENTY);
            }
        }
        _deliverAll();
        for (uint256 trade = 0; trade < _terms.length; ++trade) {
            if (_seenSettlement[trade].created) _advance(trade, TRANSACTION_GAS);
        }
        _observe();
    }

    /// @notice Every issuer lets go of its token.
    function appease() external {
        for (uint256 side = 0; side < SIDES; ++side) {
            for (uint256 i = 0; i < TOKENS; ++i) {
                token[side][i].appease();
            }
        }
    }

    /// @notice The first leg that was deposited and has not left its escrow, or whose fees are still owed; among sound tokens only, if told so.
    function stuck(bool soundOnly) external view returns (bool found, uint256 trade, uint256 leg) {
        for (trade = 0; trade < _terms.length; ++trade) {
            for (leg = 0; leg < _terms[trade].legs.length; ++leg) {
                IEscrowBase.LegStatus status = _seenLeg[trade][leg];
                if (status == IEscrowBase.LegStatus.EMPTY || (soundOnly && !_isSound(trade, leg))) continue;
                bool held = _seenEscrow[trade][_sideOf(trade, leg)].paid & (1 << leg) == 0;
                uint256 owed = _seenEscrow[trade][_sideOf(trade, leg)].feesOwed >> (4 * leg);
                if (held || (!soundOnly && owed & 0xf != 0)) return (true, trade, leg);
            }
        }
    }

    /// @dev The first settlement that was created and has not come to one of its ends.
    function unfinished() external view returns (bool found, uint256 trade) {
        for (trade = 0; trade < _terms.length; ++trade) {
            StateKind kind = _seenSettlement[trade].kind;
            if (_seenSettlement[trade].created && kind != StateKind.FINALIZED && kind != StateKind.FAILED) {
                return (true, trade);
            }
        }
    }

    /// @dev Each leg by itself, so that none can be in another's way; and each of its fees.
    function _payOut(uint256 trade) private {
        for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
            for (uint256 attempt = 0; attempt <= _terms[trade].legs[i].fees.length; ++attempt) {
                _claim(trade, i, TRANSACTION_GAS);
            }
        }
        _observe();
    }

    function _deliverAll() private {
        for (uint256 i = 0; i < _packets.length; ++i) {
            _deliver(i);
        }
        _observe();
    }

    /// @dev A token that does what it is told, for both who may be paid.
    function _isSound(uint256 trade, uint256 leg) private view returns (bool) {
        LedgerToken it = LedgerToken(_terms[trade].legs[leg].token);
        LedgerToken.Manner manner = it.manner();
        return (manner == LedgerToken.Manner.FAIR || manner == LedgerToken.Manner.CALLS_BACK)
            && !it.frozen(address(escrow[_sideOf(trade, leg)])) && !it.frozen(_walletOf(trade, _terms[trade].legs[leg].to))
            && !it.frozen(_walletOf(trade, _terms[trade].legs[leg].from)) && !it.frozen(who[VAULT]);
    }
}
