// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { ComplianceStatus } from "../../../contracts/types/Compliance.sol";
import { Leg, Opening, Verdict } from "../../../contracts/types/Terms.sol";
import { Totals } from "./IWorld.sol";
import { LedgerToken } from "./LedgerToken.sol";
import { Watch } from "./Watch.sol";

/// @title What must have moved, by the state of every leg
/// @notice To hold against what the tokens say has moved.
abstract contract Books is Watch {
    /// @dev One more than the settlement that most acts are about; zero before the first.
    uint256 private _focus;

    uint256 internal constant TO_RECIPIENT = 1;
    uint256 internal constant TO_DEPOSITOR = 2;

    /// @dev Whose payment of a leg the vault takes: nobody's, the recipient's or the depositor's.
    mapping(uint256 trade => mapping(uint256 leg => uint256)) internal _redirects;

    /// @notice What anybody has simply sent to the escrow: nobody's.
    mapping(uint256 side => mapping(uint256 tokenIndex => uint256 amount)) public donated;

    function totals() external view returns (Totals memory sums) {
        for (uint256 trade = 0; trade < _terms.length; ++trade) {
            for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
                _addLeg(sums, trade, i);
            }
        }
    }

    function _addLeg(Totals memory sums, uint256 trade, uint256 i) private view {
        IEscrowBase.LegStatus status = _seenLeg[trade][i];
        if (status == IEscrowBase.LegStatus.EMPTY) return;
        Leg memory leg = _terms[trade].legs[i];
        uint256 side = _sideOf(trade, i);
        uint256 tokenIndex = _tokenOf(side, leg.token);
        uint256 depositor = _trades[trade].wallets[leg.from];
        sums.paidIn[side][tokenIndex][depositor] += leg.amount;
        bool paid = _seenEscrow[trade][side].paid & (1 << i) != 0;
        if (status == IEscrowBase.LegStatus.REFUNDED || (status == IEscrowBase.LegStatus.WAIVED && paid)) {
            uint256 payee = _redirects[trade][i] == TO_DEPOSITOR ? VAULT : depositor;
            sums.received[side][tokenIndex][payee] += leg.amount;
        } else if (status == IEscrowBase.LegStatus.RELEASED) {
            uint256 owed = _seenEscrow[trade][side].feesOwed >> (4 * i);
            uint256 payee = _redirects[trade][i] == TO_RECIPIENT ? VAULT : _trades[trade].wallets[leg.to];
            sums.received[side][tokenIndex][payee] += _netOf(trade, i);
            for (uint256 j = 0; j < leg.fees.length; ++j) {
                if (owed & (1 << j) != 0) sums.unpaid[side][tokenIndex] += leg.fees[j].amount;
                else sums.received[side][tokenIndex][BROKER + j] += leg.fees[j].amount;
            }
        } else {
            sums.unpaid[side][tokenIndex] += leg.amount;
        }
    }

    /// @dev Which wallets have been made known on a chain, as bits of party positions: by a deposit or a reveal that succeeded.
    mapping(uint256 trade => mapping(uint256 side => uint256)) internal _known;

    function _knows(uint256 trade, uint256 side, Opening[] memory openings, uint256 depositor) internal {
        for (uint256 i = 0; i < openings.length; ++i) {
            _known[trade][side] |= 1 << openings[i].partyIndex;
        }
        if (depositor < 256) _known[trade][side] |= 1 << depositor;
    }

    /// @dev Whether it is decided whom an unpaid leg goes to, and whether that is its recipient.
    function _owed(uint256 trade, uint256 leg) internal view returns (bool decided, bool asRecipient) {
        IEscrowBase.LegStatus status = _seenLeg[trade][leg];
        IEscrowBase.Record storage record = _seenEscrow[trade][_sideOf(trade, leg)];
        if (record.paid & (1 << leg) != 0 || status == IEscrowBase.LegStatus.EMPTY) return (false, false);
        if (status == IEscrowBase.LegStatus.WAIVED || record.verdict == Verdict.ROLLBACK) return (true, false);
        if (record.verdict == Verdict.EXECUTE) return (record.locked, true);
        bool expired = clock[_sideOf(trade, leg)] >= _terms[trade].depositDeadline;
        return (!record.locked && expired, false);
    }

    /// @dev A settlement: mostly the one that this run began with, so that a short run comes far with it.
    function _trade(uint256 seed) internal returns (uint256) {
        if (_focus == 0) _focus = 1 + seed % _terms.length;
        return seed % 3 != 0 ? _focus - 1 : (seed / 3) % _terms.length;
    }

    /// @dev A settlement, and one of its legs.
    function _pick(uint256 trade, uint256 leg) internal returns (uint256, uint256) {
        trade = _trade(trade);
        return (trade, leg % _terms[trade].legs.length);
    }

    /// @dev Mostly what a transaction may have; sometimes anything below, to fail in the middle.
    function _gas(uint256 seed) internal pure returns (uint256) {
        return seed % 4 != 0 ? TRANSACTION_GAS : 30_000 + (seed >> 2) % 5_000_000;
    }

    function _tokenOf(uint256 side, address account) internal view returns (uint256) {
        return account == address(token[side][0]) ? 0 : 1;
    }

    // ---------------------------------------------------------------- what was last seen

    function settlementOf(uint256 trade) external view returns (ISettlementCoordinator.Record memory) {
        return _seenSettlement[trade];
    }

    function escrowOf(uint256 trade, uint256 side) external view returns (IEscrowBase.Record memory) {
        return _seenEscrow[trade][side];
    }

    function statusesOf(uint256 trade) external view returns (IEscrowBase.LegStatus[] memory statuses) {
        statuses = new IEscrowBase.LegStatus[](_terms[trade].legs.length);
        for (uint256 i = 0; i < statuses.length; ++i) {
            statuses[i] = _seenLeg[trade][i];
        }
    }

    /// @dev One bit for each chain that has a leg.
    function sidesOf(uint256 trade) external view returns (uint8 mask) {
        for (uint256 side = 0; side < SIDES; ++side) {
            if (_hasLegOn(trade, side)) mask |= uint8(1 << side);
        }
    }

    /// @notice By the token's own books, whether the leg's amount has come to its recipient, and whether it has gone back.
    function whereIs(uint256 trade, uint256 i) external view returns (bool arrived, bool back) {
        Leg memory leg = _terms[trade].legs[i];
        address from = address(escrow[_sideOf(trade, i)]);
        uint256 net = _netOf(trade, i);
        LedgerToken books = LedgerToken(leg.token);
        arrived = books.moved(from, _walletOf(trade, leg.to)) & net != 0;
        back = books.moved(from, _walletOf(trade, leg.from)) & net != 0;
        if (books.moved(from, who[VAULT]) & net != 0) {
            arrived = arrived || _redirects[trade][i] == TO_RECIPIENT;
            back = back || _redirects[trade][i] == TO_DEPOSITOR;
        }
    }

    function knownOn(uint256 trade, uint256 side) external view returns (uint256) {
        return _known[trade][side];
    }

    /// @notice One bit for each party whose wallet the escrow tells.
    function walletsOn(uint256 trade, uint256 side) external view returns (uint256 mask) {
        for (uint256 i = 0; i < _terms[trade].parties.length; ++i) {
            if (escrow[side].walletOf(_idOn(trade, side), i) != address(0)) mask |= 1 << i;
        }
    }

    /// @notice One bit for each party of which the escrow tells another wallet than its own.
    function strangersOn(uint256 trade, uint256 side) external view returns (uint256 mask) {
        for (uint256 i = 0; i < _terms[trade].parties.length; ++i) {
            address told = escrow[side].walletOf(_idOn(trade, side), i);
            if (told != address(0) && told != _walletOf(trade, i)) mask |= 1 << i;
        }
    }

    /// @notice The first attester of whom the registry tells another word than it gave; the highest number for none.
    function misquoted(uint256 trade) external view returns (uint256) {
        for (uint256 a = 0; a < 3; ++a) {
            Word storage word = _words[trade][a];
            (ComplianceStatus[] memory statuses, uint40 validUntil, uint64 sequence) =
                registry.statementOf(_trades[trade].id, who[ATTESTER + a], _terms[trade].parties);
            if (validUntil != word.validUntil || sequence != word.sequence) return a;
            for (uint256 i = 0; i < word.statuses.length; ++i) {
                if (statuses[i] != word.statuses[i]) return a;
            }
        }
        return type(uint256).max;
    }
}
