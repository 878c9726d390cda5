// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowCore } from "../../../contracts/interfaces/IEscrowCore.sol";
import { IEscrowExtension } from "../../../contracts/interfaces/IEscrowExtension.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { Opening } from "../../../contracts/types/Terms.sol";
import { Books } from "../world/Books.sol";
import { Fact } from "../world/Fact.sol";
import { ITransferHook, LedgerToken } from "../world/LedgerToken.sol";

/// @title What issuers do to their tokens, tokens to their callers, and time to everybody
abstract contract IssuerActs is Books, ITransferHook {
    uint256 private _attack;
    uint256 private _attackTrade;

    /// @notice A token begins to misbehave. It may call back into the deployment in the middle of every transfer.
    function misbehave(uint256 side, uint256 tokenIndex, uint256 manner, uint256 attack, uint256 trade) external {
        uint256 count = uint256(type(LedgerToken.Manner).max) + 1;
        token[side % SIDES][tokenIndex % TOKENS].behave(LedgerToken.Manner(manner % count), this);
        _attack = attack;
        _attackTrade = _trade(trade);
        _observe();
    }

    function behave(uint256 side, uint256 tokenIndex) external {
        token[side % SIDES][tokenIndex % TOKENS].behave(LedgerToken.Manner.FAIR, this);
        _observe();
    }

    function freeze(uint256 side, uint256 tokenIndex, uint256 account, bool frozen) external {
        side %= SIDES;
        // Those who pay, those who are paid, the vault, and the escrow itself.
        account %= 7;
        address target = account == 6 ? address(escrow[side]) : who[account == 5 ? VAULT : account];
        token[side][tokenIndex % TOKENS].freeze(target, frozen);
        _observe();
    }

    /// @notice Somebody sends tokens to an escrow for no reason.
    function donate(uint256 side, uint256 tokenIndex, uint256 amount) external {
        side %= SIDES;
        tokenIndex %= TOKENS;
        amount %= 1_000_000;
        token[side][tokenIndex].mint(address(escrow[side]), amount);
        donated[side][tokenIndex] += amount;
        _observe();
    }

    /// @notice Time passes on one chain.
    function wait(uint256 side, uint256 time) external {
        clock[side % SIDES] += time % 200;
        _observe();
    }

    /// @notice Time passes on one chain to just before, at, or just after one of a settlement's deadlines.
    function waitUntil(uint256 side, uint256 trade, uint256 which, uint256 offset) external {
        side %= SIDES;
        trade = _trade(trade);
        uint256 moment = which % 2 == 0 ? _terms[trade].settleDeadline : _terms[trade].depositDeadline;
        moment = moment + offset % 3;
        if (moment > clock[side] + 1) clock[side] = moment - 1;
        _observe();
    }

    /// @inheritdoc ITransferHook
    /// @dev Whatever it tries, on the chain that the token is on; what becomes of it is nobody's business here.
    function onTransfer() external {
        uint256 side = block.chainid == chainIds[HOME] ? HOME : AWAY;
        uint256 trade = _attackTrade;
        _reach(true, Fact.CALLED_BACK);
        uint256 leg = (_attack >> 8) % _terms[trade].legs.length;
        uint256 kind = _attack % 10;
        address target = kind < 7 ? address(escrow[side]) : address(coordinator);
        if (kind == 9) return _executeFromInside(side);
        bytes memory data;
        if (kind == 0) data = abi.encodeCall(IEscrowCore.claim, (_termsOn(trade, side), leg));
        if (kind == 1) data = abi.encodeCall(IEscrowCore.release, (_termsOn(trade, side)));
        if (kind == 2) data = abi.encodeCall(IEscrowCore.refundExpired, (_termsOn(trade, side)));
        if (kind == 3) data = abi.encodeCall(IEscrowCore.notifyLocked, (_termsOn(trade, side)));
        if (kind == 4) data = abi.encodeCall(IEscrowExtension.notifyReleased, (_termsOn(trade, side)));
        if (kind == 5) data = abi.encodeCall(IEscrowCore.reveal, (_termsOn(trade, side), new Opening[](0)));
        if (kind == 6) {
            uint8 from = _terms[trade].legs[leg].from;
            bytes32 secret = _trades[trade].secrets[from];
            data = abi.encodeCall(IEscrowCore.depositLeg, (_termsOn(trade, side), leg, secret, new Opening[](0)));
            _call(_walletOf(trade, from), target, 0, gasleft(), data);
            return;
        }
        if (kind == 7) data = abi.encodeCall(ISettlementCoordinator.advance, (_terms[trade]));
        if (kind == 8) data = abi.encodeCall(ISettlementCoordinator.timeout, (_terms[trade]));
        _call(who[STRANGER], target, 0, gasleft(), data);
    }

    /// @dev A message is delivered in the middle of a transfer on the chain that it is for.
    function _executeFromInside(uint256 side) private {
        for (uint256 i = 0; i < _packets.length; ++i) {
            if (_packets[i].side == side || _packets[i].executed) continue;
            if (!_packets[i].verified) _verify(i);
            _execute(i, gasleft(), 0);
            return;
        }
    }
}
