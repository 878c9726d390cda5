// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowCore } from "../../../contracts/interfaces/IEscrowCore.sol";
import { IMessenger } from "../../../contracts/interfaces/IMessenger.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { ILayerZeroReceiver } from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";
import { Origin } from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { Asset } from "../../../contracts/types/Asset.sol";
import { MessageKind } from "../../../contracts/types/Deployment.sol";
import { RulesetId } from "../../../contracts/types/Ruleset.sol";
import { TokenStandard, Verdict } from "../../../contracts/types/Terms.sol";
import { Books } from "../world/Books.sol";
import { Rule } from "../world/Rule.sol";

/// @title What nobody outside of the deployment may do, tried by everybody
abstract contract StrangerActs is Books {
    /// @notice One of the functions that only a contract of the deployment may call, called by anyone of the cast.
    function trespass(uint256 trade, uint256 side, uint256 kind, uint256 by) external {
        trade = _trade(trade);
        side %= SIDES;
        kind %= 12;
        (address target, bytes memory data) =
            kind < 4 ? _atEscrow(trade, side, kind) : kind < 9 ? _atCoordinator(trade, kind) : _atMessenger(trade, side, kind);
        _on(kind < 4 || kind > 8 ? side : HOME);
        (bool ok,) = _call(who[by % CAST], target, 0, TRANSACTION_GAS, data);
        _require(!ok, Rule.STRANGERS_ARE_REFUSED, trade);
        _observe();
    }

    function _atEscrow(uint256 trade, uint256 side, uint256 kind) private view returns (address, bytes memory data) {
        if (kind == 0) data = abi.encodeCall(IEscrowCore.settle, (_termsOn(trade, side)));
        if (kind == 1) data = abi.encodeCall(IEscrowCore.followUp, (_idOn(trade, side), _termsOn(trade, side), false));
        Asset memory asset = Asset(address(token[side][0]), TokenStandard.ERC20, 0, 0);
        if (kind == 2) data = abi.encodeCall(IEscrowCore.transferOut, (asset, who[STRANGER], 1));
        if (kind == 3) data = abi.encodeCall(IEscrowCore.recordVerdict, (_idOn(trade, side), Verdict.EXECUTE));
        return (address(escrow[side]), data);
    }

    function _atCoordinator(uint256 trade, uint256 kind) private view returns (address, bytes memory data) {
        if (kind == 4) data = abi.encodeCall(ISettlementCoordinator.reportLocked, (_trades[trade].id));
        if (kind == 5) data = abi.encodeCall(ISettlementCoordinator.recordLocked, (_trades[trade].id, chainIds[AWAY]));
        if (kind == 6) data = abi.encodeCall(ISettlementCoordinator.recordReleased, (_trades[trade].id, chainIds[AWAY]));
        if (kind == 7) data = abi.encodeCall(ISettlementCoordinator.execute, (_trades[trade].id, _terms[trade], 4, who[STRANGER]));
        if (kind == 8) {
            data = abi.encodeCall(
                ISettlementCoordinator.reportSettled, (_trades[trade].id, RulesetId.wrap(_terms[trade].ruleset))
            );
        }
        return (address(coordinator), data);
    }

    function _atMessenger(uint256 trade, uint256 side, uint256 kind) private view returns (address, bytes memory data) {
        if (kind == 9) {
            data = abi.encodeCall(
                IMessenger.sendReport, (MessageKind.LOCKED, _idOn(trade, side), _termsOn(trade, side), false, who[STRANGER])
            );
        }
        if (kind == 10) {
            data = abi.encodeCall(
                IMessenger.sendVerdict,
                (chainIds[1 - side], _trades[trade].id, Verdict.EXECUTE, _terms[trade], false, who[STRANGER])
            );
        }
        if (kind == 11) {
            bytes memory message = abi.encodePacked(MessageKind.VERDICT, Verdict.EXECUTE, _trades[trade].id);
            data = abi.encodeCall(
                ILayerZeroReceiver.lzReceive,
                (Origin(eids[1 - side], _asPeer(side), 1), bytes32(0), message, who[STRANGER], "")
            );
        }
        return (address(messenger[side]), data);
    }
}
