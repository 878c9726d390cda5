// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Ruleset, RulesetId } from "../../../contracts/types/Ruleset.sol";
import { Fee, Leg, Opening, SettlementId, Terms, TokenStandard } from "../../../contracts/types/Terms.sol";
import { Rulesets } from "./Rulesets.sol";
import { World } from "./World.sol";

/// @title The settlements that are played, several at once, in shared tokens
/// @notice Every amount that can be paid by itself, a leg without its fees or one fee, is one bit of its token and no other's: whatever
/// an account has received from an escrow is the set of what was paid to it, and paying twice shows as a carry.
abstract contract Trades is World {
    uint8 private constant ENTITY = type(uint8).max;
    /// @dev Small enough bits would pay no percentage to tokens that take one.
    uint256 private constant FIRST_BIT = 20;

    struct Trade {
        SettlementId id;
        SettlementId idAway;
        /// The account behind each party's commitment; none behind an entity's.
        uint8[] wallets;
        bytes32[] secrets;
    }

    struct LegSpec {
        uint256 side;
        uint256 tokenIndex;
        uint8 from;
        uint8 to;
        uint256 fees;
    }

    /// @dev What terms say beside their legs. Times are seconds from the start.
    struct Frame {
        RulesetId ruleset;
        uint40 depositIn;
        uint40 settleIn;
        uint256 attesters;
        uint8 threshold;
        address operator;
        bytes32 parent;
        uint40 notBeforeIn;
    }

    /// @dev As the coordinator's chain names them; beside them the same as the other chain does, whose escrow stands elsewhere here.
    Terms[] internal _terms;
    Terms[] private _termsAway;
    Trade[] internal _trades;
    mapping(address tokenAddress => uint256 bit) private _nextBit;

    /// @dev For each ruleset and state the states that may follow.
    mapping(bytes32 ruleset => uint256[16]) private _reach;

    constructor() {
        RulesetId standard = _register(Rulesets.standard());
        RulesetId repo = _register(Rulesets.repo());
        LegSpec[] memory legs = new LegSpec[](2);
        // Delivery versus payment on the coordinator's chain.
        legs[0] = LegSpec(HOME, 0, 0, 1, 0);
        legs[1] = LegSpec(HOME, 1, 1, 0, 2);
        _add(legs, Frame(standard, 1_000, 2_000, 1, 1, address(0), 0, 0));
        // The same on two chains.
        legs[0] = LegSpec(HOME, 0, 0, 1, 0);
        legs[1] = LegSpec(AWAY, 0, 1, 0, 1);
        _add(legs, Frame(standard, 1_200, 2_400, 2, 1, who[OPERATOR], 0, 0));
        // All of it on the other chain.
        legs[0] = LegSpec(AWAY, 0, 0, 1, 0);
        legs[1] = LegSpec(AWAY, 1, 1, 0, 0);
        _add(legs, Frame(standard, 1_000, 3_000, 1, 1, address(0), 0, 0));
        // One chain and one token for both legs, and no time between the deadlines.
        legs[0] = LegSpec(HOME, 0, 2, 1, 1);
        legs[1] = LegSpec(HOME, 0, 1, 2, 0);
        _add(legs, Frame(standard, 800, 800, 2, 2, who[OPERATOR], 0, 0));
        // The closing trade of a repo whose opening is the first one.
        legs[0] = LegSpec(HOME, 0, 1, 0, 0);
        legs[1] = LegSpec(AWAY, 1, 0, 1, 1);
        _add(legs, Frame(repo, 2_500, 3_500, 1, 1, who[OPERATOR], SettlementId.unwrap(_trades[0].id), 600));
        // Three parties in a ring over two chains.
        legs = new LegSpec[](3);
        legs[0] = LegSpec(HOME, 1, 0, 1, 1);
        legs[1] = LegSpec(AWAY, 0, 1, 2, 2);
        legs[2] = LegSpec(AWAY, 1, 2, 0, 0);
        _add(legs, Frame(standard, 1_500, 2_000, 3, 2, address(0), 0, 0));
    }

    function _register(Ruleset memory ruleset) private returns (RulesetId id) {
        _on(HOME);
        id = coordinator.registerRuleset(ruleset);
        _reach[RulesetId.unwrap(id)] = Rulesets.reach(ruleset);
    }

    function _add(LegSpec[] memory specs, Frame memory frame) private {
        uint256 index = _terms.length;
        Terms memory terms;
        terms.ref = bytes16(keccak256(abi.encode("ref", index)));
        terms.chainId = chainIds[HOME];
        terms.coordinator = address(coordinator);
        terms.ruleset = RulesetId.unwrap(frame.ruleset);
        terms.depositDeadline = uint40(START) + frame.depositIn;
        terms.settleDeadline = uint40(START) + frame.settleIn;
        terms.threshold = frame.threshold;
        terms.operator = frame.operator;
        terms.parent = frame.parent;
        if (frame.parent != 0) terms.notBefore = uint40(START) + frame.notBeforeIn;
        terms.attesters = new address[](frame.attesters);
        for (uint256 i = 0; i < frame.attesters; ++i) {
            terms.attesters[i] = who[ATTESTER + i];
        }
        Trade memory trade;
        (trade.wallets, trade.secrets, terms.parties) = _parties(specs, index);
        terms.legs = new Leg[](specs.length);
        for (uint256 i = 0; i < specs.length; ++i) {
            terms.legs[i] = _leg(specs[i]);
        }
        trade.id = coordinator.hashTerms(terms);
        _terms.push(terms);
        for (uint256 i = 0; i < specs.length; ++i) {
            terms.legs[i].escrow = address(escrow[AWAY]);
        }
        trade.idAway = coordinator.hashTerms(terms);
        _termsAway.push(terms);
        _trades.push(trade);
    }

    /// @dev As many wallets as the legs name, and the entity behind the first of them.
    function _parties(LegSpec[] memory specs, uint256 index)
        private
        view
        returns (uint8[] memory wallets, bytes32[] memory secrets, bytes32[] memory parties)
    {
        uint256 count = 0;
        for (uint256 i = 0; i < specs.length; ++i) {
            if (specs[i].from >= count) count = specs[i].from + 1;
            if (specs[i].to >= count) count = specs[i].to + 1;
        }
        wallets = new uint8[](count + 1);
        secrets = new bytes32[](count + 1);
        parties = new bytes32[](count + 1);
        for (uint256 i = 0; i <= count; ++i) {
            wallets[i] = i < count ? uint8(ALICE + i) : ENTITY;
            secrets[i] = keccak256(abi.encode("secret", index, i));
            bytes32 subject = i < count ? bytes32(uint256(uint160(who[wallets[i]]))) : bytes32(uint256(0xE));
            parties[i] = keccak256(abi.encode(secrets[i], subject));
        }
    }

    function _leg(LegSpec memory spec) private returns (Leg memory leg) {
        leg.chainId = chainIds[spec.side];
        leg.escrow = address(escrow[HOME]);
        leg.token = address(token[spec.side][spec.tokenIndex]);
        leg.standard = TokenStandard.ERC20;
        leg.from = spec.from;
        leg.to = spec.to;
        leg.amount = _bit(leg.token);
        leg.fees = new Fee[](spec.fees);
        for (uint256 i = 0; i < spec.fees; ++i) {
            leg.fees[i] = Fee(who[BROKER + i], _bit(leg.token));
            leg.amount += leg.fees[i].amount;
        }
    }

    function _bit(address tokenAddress) private returns (uint256) {
        return 1 << (FIRST_BIT + _nextBit[tokenAddress]++);
    }

    // ---------------------------------------------------------------- what the terms say

    function trades() public view returns (uint256) {
        return _terms.length;
    }

    /// @dev The terms as that chain names them.
    function _termsOn(uint256 trade, uint256 side) internal view returns (Terms storage) {
        return side == HOME ? _terms[trade] : _termsAway[trade];
    }

    function idOn(uint256 trade, uint256 side) external view returns (SettlementId) {
        return _idOn(trade, side);
    }

    function _idOn(uint256 trade, uint256 side) internal view returns (SettlementId) {
        return side == HOME ? _trades[trade].id : _trades[trade].idAway;
    }

    /// @dev Whether some walk through the trade's ruleset leads from one state to the other.
    function _leadsTo(uint256 trade, uint8 from, uint8 to) internal view returns (bool) {
        return _reach[_terms[trade].ruleset][from] & (1 << to) != 0;
    }

    function _sideOf(uint256 trade, uint256 leg) internal view returns (uint256) {
        return _terms[trade].legs[leg].chainId == chainIds[HOME] ? HOME : AWAY;
    }

    function _hasLegOn(uint256 trade, uint256 side) internal view returns (bool) {
        return _legsOn(trade, side) != 0;
    }

    /// @dev One bit for each leg on that chain.
    function _legsOn(uint256 trade, uint256 side) internal view returns (uint256 mask) {
        for (uint256 i = 0; i < _terms[trade].legs.length; ++i) {
            if (_sideOf(trade, i) == side) mask |= 1 << i;
        }
    }

    function _walletOf(uint256 trade, uint256 party) internal view returns (address) {
        uint8 wallet = _trades[trade].wallets[party];
        return wallet == ENTITY ? address(0) : who[wallet];
    }

    function _openingOf(uint256 trade, uint256 party) internal view returns (Opening memory) {
        return Opening(uint8(party), _trades[trade].secrets[party], _walletOf(trade, party));
    }

    /// @dev What the leg's recipient gets.
    function _netOf(uint256 trade, uint256 leg) internal view returns (uint256 net) {
        Leg storage it = _terms[trade].legs[leg];
        net = it.amount;
        for (uint256 i = 0; i < it.fees.length; ++i) {
            net -= it.fees[i].amount;
        }
    }
}
