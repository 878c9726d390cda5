// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Opening } from "../../../contracts/types/Terms.sol";
import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { IEscrowCore } from "../../../contracts/interfaces/IEscrowCore.sol";
import { Books } from "../world/Books.sol";
import { Rule } from "../world/Rule.sol";

/// @title What parties do at an escrow
abstract contract PartyActs is Books {
    /// @notice The committed wallet deposits, with or without the other parties' openings and the price of the report.
    function deposit(uint256 trade, uint256 leg, bool revealing, bool paying, uint256 gas) external {
        (trade, leg) = _pick(trade, leg);
        _deposit(trade, leg, revealing, paying, _gas(gas));
        _observe();
    }

    /// @notice Somebody who has copied the secret deposits in the wallet's place.
    function depositWithCopiedSecret(uint256 trade, uint256 leg, uint256 by) external {
        (trade, leg) = _pick(trade, leg);
        address thief = who[by % CAST];
        uint256 party = _terms[trade].legs[leg].from;
        if (thief == _walletOf(trade, party)) return;
        bool ok = _depositAs(thief, trade, leg, new Opening[](0), 0, TRANSACTION_GAS);
        _require(!ok, Rule.STRANGERS_ARE_REFUSED, trade);
        _observe();
    }

    /// @notice A deposit that is made already is made again: nothing happens, and nobody is told off.
    function depositAgain(uint256 trade, uint256 leg) external {
        (trade, leg) = _pick(trade, leg);
        if (_seenLeg[trade][leg] == IEscrowBase.LegStatus.EMPTY) return;
        address wallet = _walletOf(trade, _terms[trade].legs[leg].from);
        bool ok = _depositAs(wallet, trade, leg, new Opening[](0), 0, TRANSACTION_GAS);
        _require(ok, Rule.WHAT_IS_SO_IS_NO_FAULT, trade);
        _observe();
    }

    /// @notice Anyone who holds openings reveals them: all, or one.
    function reveal(uint256 trade, uint256 side, uint256 which, bool paying) external {
        trade = _trade(trade);
        Opening[] memory openings = _openings(trade);
        which %= openings.length + 1;
        if (which < openings.length) {
            openings[0] = openings[which];
            assembly ("memory-safe") {
                mstore(openings, 1)
            }
        }
        _reveal(trade, side % SIDES, openings, paying);
        _observe();
    }

    function _deposit(uint256 trade, uint256 leg, bool revealing, bool paying, uint256 gas) internal returns (bool ok) {
        address wallet = _walletOf(trade, _terms[trade].legs[leg].from);
        Opening[] memory openings = revealing ? _openings(trade) : new Opening[](0);
        ok = _depositAs(wallet, trade, leg, openings, paying ? PLENTY : 0, gas);
        if (ok) _knows(trade, _sideOf(trade, leg), openings, _terms[trade].legs[leg].from);
    }

    function _reveal(uint256 trade, uint256 side, Opening[] memory openings, bool paying) internal {
        _on(side);
        (bool ok,) = _callAndCollect(
            side,
            who[STRANGER],
            address(escrow[side]),
            paying ? PLENTY : 0,
            TRANSACTION_GAS,
            abi.encodeCall(IEscrowCore.reveal, (_termsOn(trade, side), openings))
        );
        if (ok) _knows(trade, side, openings, type(uint256).max);
    }

    /// @dev Of every wallet commitment, the entity's left out.
    function _openings(uint256 trade) internal view returns (Opening[] memory openings) {
        openings = new Opening[](_trades[trade].wallets.length - 1);
        for (uint256 i = 0; i < openings.length; ++i) {
            openings[i] = _openingOf(trade, i);
        }
    }

    function _depositAs(
        address wallet,
        uint256 trade,
        uint256 leg,
        Opening[] memory openings,
        uint256 value,
        uint256 gas
    ) internal returns (bool ok) {
        uint256 side = _sideOf(trade, leg);
        bytes32 secret = _trades[trade].secrets[_terms[trade].legs[leg].from];
        _on(side);
        (ok,) = _callAndCollect(
            side,
            wallet,
            address(escrow[side]),
            value,
            gas,
            abi.encodeCall(IEscrowCore.depositLeg, (_termsOn(trade, side), leg, secret, openings))
        );
    }
}
