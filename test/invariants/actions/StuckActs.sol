// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { IEscrowExtension } from "../../../contracts/interfaces/IEscrowExtension.sol";
import { Leg, SettlementId, Terms } from "../../../contracts/types/Terms.sol";
import { vm } from "../support/Vm.sol";
import { Books } from "../world/Books.sol";
import { Fact } from "../world/Fact.sol";
import { Rule } from "../world/Rule.sol";

/// @title What those who are owed a leg do when it is stuck, and what others try in their place
abstract contract StuckActs is Books {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant WAIVE_TYPEHASH = keccak256(
        "Waive(bytes32 settlementId,uint8 legIndex,address token,uint256 amount,address depositor,uint40 validUntil)"
    );
    bytes32 private constant REDIRECT_TYPEHASH =
        keccak256("Redirect(bytes32 settlementId,uint8 legIndex,address wallet,uint40 validUntil)");

    /// @notice Somebody waives a leg: the one entitled half of the time, else anyone of the cast.
    function waive(uint256 trade, uint256 leg, uint256 by, bool entitled) external {
        (trade, leg) = _pick(trade, leg);
        uint256 recipient = _recipientOf(trade, leg);
        uint256 account = entitled ? recipient : by % CAST;
        uint256 side = _sideOf(trade, leg);
        _mayWaive = account == recipient;
        _on(side);
        _call(
            who[account],
            address(escrow[side]),
            0,
            TRANSACTION_GAS,
            abi.encodeCall(IEscrowExtension.waive, (_termsOn(trade, side), leg))
        );
        _afterWaiver(trade, leg);
    }

    /// @notice The same by a signature, which a stranger brings: in time or not, by the one entitled or another, for this leg or the next.
    function waiveBySig(uint256 trade, uint256 leg, uint256 flaw) external {
        (trade, leg) = _pick(trade, leg);
        uint256 side = _sideOf(trade, leg);
        flaw %= 6;
        uint40 validUntil = uint40(flaw == 1 ? clock[side] - 1 : clock[side] + 600);
        uint256 signer = flaw == 2 ? _terms[trade].legs[leg].from : _recipientOf(trade, leg);
        bytes memory signature = _signWaive(trade, side, flaw == 3 ? leg + 1 : leg, keyOf[signer], validUntil);
        _mayWaive = flaw == 0 || flaw > 3;
        _on(side);
        _call(
            who[STRANGER],
            address(escrow[side]),
            0,
            TRANSACTION_GAS,
            abi.encodeCall(IEscrowExtension.waiveBySig, (_termsOn(trade, side), leg, validUntil, signature))
        );
        _afterWaiver(trade, leg);
    }

    /// @notice Somebody has a decided leg paid to the vault: with enough attesters' signatures, or too few, or too old ones, or another's.
    function redirect(uint256 trade, uint256 leg, uint256 by, bool entitled, uint256 flaw) external {
        (trade, leg) = _pick(trade, leg);
        uint256 side = _sideOf(trade, leg);
        flaw %= 6;
        (bool decided, bool asRecipient) = _owed(trade, leg);
        uint256 owed = asRecipient ? _recipientOf(trade, leg) : _depositorOf(trade, leg);
        uint256 account = entitled ? owed : by % CAST;
        uint40 validUntil = uint40(flaw == 1 ? clock[side] - 1 : clock[side] + 600);
        bytes[] memory signatures = _signRedirect(trade, side, leg, validUntil, flaw);
        _on(side);
        (bool ok,) = _call(
            who[account],
            address(escrow[side]),
            0,
            TRANSACTION_GAS,
            abi.encodeCall(
                IEscrowExtension.redirect, (_termsOn(trade, side), leg, who[VAULT], validUntil, signatures)
            )
        );
        bool rightful = decided && account == owed && (flaw == 0 || flaw > 3);
        _require(!ok || rightful, Rule.REDIRECTS_ARE_CLEARED, trade);
        _reach(ok, Fact.REDIRECTED);
        if (ok) _redirects[trade][leg] = asRecipient ? TO_RECIPIENT : TO_DEPOSITOR;
        _observe();
    }

    function _afterWaiver(uint256 trade, uint256 leg) private {
        bool before = _seenLeg[trade][leg] == IEscrowBase.LegStatus.WAIVED;
        _observe();
        _mayWaive = false;
        // A waiver drops the recipient's redirect; the depositor may make its own.
        if (!before && _seenLeg[trade][leg] == IEscrowBase.LegStatus.WAIVED) _redirects[trade][leg] = 0;
    }

    function _recipientOf(uint256 trade, uint256 leg) private view returns (uint256) {
        if (_redirects[trade][leg] == TO_RECIPIENT) return VAULT;
        return _trades[trade].wallets[_terms[trade].legs[leg].to];
    }

    function _depositorOf(uint256 trade, uint256 leg) private view returns (uint256) {
        if (_redirects[trade][leg] == TO_DEPOSITOR) return VAULT;
        return _trades[trade].wallets[_terms[trade].legs[leg].from];
    }

    function _signWaive(uint256 trade, uint256 side, uint256 leg, uint256 key, uint40 validUntil)
        private
        view
        returns (bytes memory)
    {
        Terms storage terms = _termsOn(trade, side);
        Leg storage it = terms.legs[leg % terms.legs.length];
        bytes32 word = keccak256(
            abi.encode(
                WAIVE_TYPEHASH, _idOn(trade, side), leg, it.token, it.amount, _walletOf(trade, it.from), validUntil
            )
        );
        return _sign(side, key, word);
    }

    function _signRedirect(uint256 trade, uint256 side, uint256 leg, uint40 validUntil, uint256 flaw)
        private
        view
        returns (bytes[] memory signatures)
    {
        bytes32 word = keccak256(abi.encode(REDIRECT_TYPEHASH, _idOn(trade, side), leg, who[VAULT], validUntil));
        signatures = new bytes[](_terms[trade].attesters.length);
        uint256 count = flaw == 2 ? _terms[trade].threshold - 1 : _terms[trade].threshold;
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = _sign(side, keyOf[flaw == 3 ? STRANGER : ATTESTER + i], word);
        }
    }

    function _sign(uint256 side, uint256 key, bytes32 word) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("KeyStone Escrow"),
                keccak256("1"),
                uint256(chainIds[side]),
                address(escrow[side])
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, word)));
        return abi.encodePacked(r, s, v);
    }
}
