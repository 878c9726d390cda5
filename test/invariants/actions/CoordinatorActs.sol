// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { Consent, SettlementId, Verdict } from "../../../contracts/types/Terms.sol";
import { vm } from "../support/Vm.sol";
import { Books } from "../world/Books.sol";
import { Rule } from "../world/Rule.sol";

/// @title What anyone, the operator and all parties together may do at the coordinator
abstract contract CoordinatorActs is Books {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant CANCEL_TYPEHASH = keccak256("Cancel(bytes32 settlementId,uint40 validUntil)");

    function create(uint256 trade) external {
        trade = _trade(trade);
        bool known = _seenSettlement[trade].created;
        bool ok = _create(trade);
        if (known) _require(ok, Rule.WHAT_IS_SO_IS_NO_FAULT, trade);
        _observe();
    }

    function advance(uint256 trade, uint256 gas) external {
        trade = _trade(trade);
        _advance(trade, _gas(gas));
        _observe();
    }

    /// @notice One edge, by the operator or by somebody else.
    function step(uint256 trade, uint256 target, bool byOperator) external {
        trade = _trade(trade);
        address from = who[byOperator ? OPERATOR : STRANGER];
        bool early = _seenSettlement[trade].kind < StateKind.DEPOSIT;
        _mayRollBack = early && from == _terms[trade].operator;
        bytes memory data = abi.encodeCall(ISettlementCoordinator.transition, (_terms[trade], uint8(target % 9), bytes32(target)));
        _atCoordinator(from, 0, TRANSACTION_GAS, data);
        _observe();
        _mayRollBack = false;
    }

    function timeout(uint256 trade) external {
        trade = _trade(trade);
        bool decided = _seenSettlement[trade].verdict == Verdict.ROLLBACK;
        bool ok = _timeout(trade);
        if (decided) _require(ok, Rule.WHAT_IS_SO_IS_NO_FAULT, trade);
        _observe();
    }

    /// @notice All parties consent to end it, or all but one, or with signatures that have run out.
    function cancel(uint256 trade, uint256 flaw, uint256 age) external {
        trade = _trade(trade);
        _on(HOME);
        // Half the time nothing is wrong.
        flaw %= 8;
        uint40 validUntil = uint40(flaw == 1 ? clock[HOME] - 1 - age % 1_000 : clock[HOME] + age % 600);
        Consent[] memory consents = new Consent[](_trades[trade].wallets.length - 1);
        for (uint256 i = 0; i < consents.length; ++i) {
            uint256 key = keyOf[_trades[trade].wallets[i]];
            consents[i] = Consent(_openingOf(trade, i), validUntil, _signCancel(trade, key, validUntil));
        }
        // Of a party that some leg uses: nobody else's consent is looked at.
        uint256 party = _terms[trade].legs[0].from;
        if (flaw == 2) consents[party].signature = _signCancel(trade, keyOf[STRANGER], validUntil);
        if (flaw == 3) consents[party] = consents[_terms[trade].legs[0].to];
        _mayRollBack = flaw == 0 || flaw > 3;
        _atCoordinator(
            who[STRANGER], 0, TRANSACTION_GAS, abi.encodeCall(ISettlementCoordinator.cancel, (_terms[trade], consents))
        );
        _observe();
        _mayRollBack = false;
    }

    function dispatch(uint256 trade, bool carryTerms, uint256 gas) external {
        trade = _trade(trade);
        _dispatch(trade, carryTerms, _gas(gas));
        _observe();
    }

    function _create(uint256 trade) internal returns (bool) {
        bytes memory data = abi.encodeCall(ISettlementCoordinator.createSettlement, (_terms[trade]));
        return _atCoordinator(who[STRANGER], 0, TRANSACTION_GAS, data);
    }

    function _advance(uint256 trade, uint256 gas) internal returns (bool) {
        return _atCoordinator(who[STRANGER], 0, gas, abi.encodeCall(ISettlementCoordinator.advance, (_terms[trade])));
    }

    function _timeout(uint256 trade) internal returns (bool) {
        bytes memory data = abi.encodeCall(ISettlementCoordinator.timeout, (_terms[trade]));
        return _atCoordinator(who[STRANGER], 0, TRANSACTION_GAS, data);
    }

    /// @dev A message that carries the terms costs more: without that it is sent bare.
    function _dispatch(uint256 trade, bool carryTerms, uint256 gas) internal returns (bool) {
        if (_seenSettlement[trade].verdict == Verdict.NONE || !_hasLegOn(trade, AWAY)) return false;
        _on(HOME);
        uint256 value = carryTerms ? PLENTY : coordinator.quoteDispatch(_terms[trade], chainIds[AWAY], false);
        bytes memory data = abi.encodeCall(ISettlementCoordinator.dispatch, (_terms[trade], chainIds[AWAY]));
        return _atCoordinator(who[STRANGER], value, gas, data);
    }

    function _signCancel(uint256 trade, uint256 key, uint40 validUntil) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("KeyStone Settlement"),
                keccak256("1"),
                uint256(chainIds[HOME]),
                address(coordinator)
            )
        );
        bytes32 word = keccak256(abi.encode(CANCEL_TYPEHASH, SettlementId.unwrap(_trades[trade].id), validUntil));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, word)));
        return abi.encodePacked(r, s, v);
    }

    function _atCoordinator(address from, uint256 value, uint256 gas, bytes memory data) private returns (bool ok) {
        _on(HOME);
        (ok,) = _callAndCollect(HOME, from, address(coordinator), value, gas, data);
    }
}
