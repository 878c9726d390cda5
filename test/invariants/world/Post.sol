// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroEndpointV2, Origin } from
    "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { MessageKind } from "../../../contracts/types/Deployment.sol";
import { SettlementId, Terms, Verdict } from "../../../contracts/types/Terms.sol";
import { Vm, vm } from "../support/Vm.sol";
import { IReceiveUln, LayerZeroChain } from "./LayerZeroChain.sol";
import { Trades } from "./Trades.sol";

/// @title The messages between the two chains, and those who carry them
/// @notice Takes every packet that an endpoint publishes, and plays verifiers and executor for it at the other end: at any time, in any
/// order, as often as it likes, or never. What it changes is names alone: where two real chains have one address for messenger and escrow,
/// this machine has two. So what one messenger sent to "itself" is verified as from and for the other one, and terms and id are put as the
/// target's chain names them.
abstract contract Post is Trades {
    bytes32 private constant PACKET_SENT = keccak256("PacketSent(bytes,bytes,address)");
    uint256 private constant GUID_AT = 81;
    uint256 private constant MESSAGE_AT = 113;
    uint256 internal constant NO_TRADE = type(uint256).max;

    struct Packet {
        /// Where it was sent.
        uint256 side;
        uint64 nonce;
        bytes32 guid;
        bytes message;
        /// What its sender paid for.
        uint256 gas;
        MessageKind kind;
        Verdict verdict;
        /// Which settlement it is about; the highest number for the one that proves the path.
        uint256 trade;
        bool verified;
        bool executed;
    }

    Packet[] internal _packets;

    /// @dev A call that may send messages.
    function _callAndCollect(uint256 side, address from, address to, uint256 value, uint256 gas, bytes memory data)
        internal
        returns (bool ok, bytes memory returned)
    {
        vm.recordLogs();
        (ok, returned) = _call(from, to, value, gas, data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == lz[side].endpoint && logs[i].topics[0] == PACKET_SENT) _collect(side, logs[i].data);
        }
    }

    /// @dev A message was sent: is it true?
    function _onSent(Packet memory packet) internal virtual;

    /// @dev A message was executed before an older one of its path.
    function _onOvertaking() internal virtual;

    /// @dev Both verifiers see it, and the endpoint is told.
    function _verify(uint256 index) internal returns (bool ok) {
        Packet storage packet = _packets[index];
        uint256 target = 1 - packet.side;
        _on(target);
        ok = _attestAndCommit(target, _headerOf(packet), _payloadHash(packet), true);
        if (ok) packet.verified = true;
    }

    /// @param both Whether the second verifier speaks too.
    function _attestAndCommit(uint256 target, bytes memory header, bytes32 payloadHash, bool both)
        internal
        returns (bool ok)
    {
        IReceiveUln uln = IReceiveUln(lz[target].receiveLibrary);
        vm.prank(who[VERIFIER_A]);
        uln.verify(header, payloadHash, LayerZeroChain.CONFIRMATIONS);
        if (both) {
            vm.prank(who[VERIFIER_B]);
            uln.verify(header, payloadHash, LayerZeroChain.CONFIRMATIONS);
        }
        (ok,) = address(uln).call(abi.encodeCall(IReceiveUln.commitVerification, (header, payloadHash)));
    }

    /// @dev Anyone may execute what was verified.
    function _execute(uint256 index, uint256 gas, uint256 value) internal returns (bool ok) {
        Packet storage packet = _packets[index];
        uint256 target = 1 - packet.side;
        _on(target);
        (ok,) = _call(who[STRANGER], lz[target].endpoint, value, gas, _executionOf(packet));
        if (!ok) return false;
        packet.executed = true;
        for (uint256 i = 0; i < index; ++i) {
            if (_packets[i].side == packet.side && !_packets[i].executed) _onOvertaking();
        }
    }

    function _executionOf(Packet storage packet) internal view returns (bytes memory) {
        uint256 target = 1 - packet.side;
        Origin memory origin = Origin(eids[packet.side], _asPeer(target), packet.nonce);
        return abi.encodeCall(
            ILayerZeroEndpointV2.lzReceive, (origin, address(messenger[target]), packet.guid, packet.message, "")
        );
    }

    function _headerOf(Packet storage packet) internal view returns (bytes memory) {
        return _header(packet.nonce, packet.side, _asPeer(1 - packet.side));
    }

    function _header(uint64 nonce, uint256 side, bytes32 sender) internal view returns (bytes memory) {
        return abi.encodePacked(uint8(1), nonce, eids[side], sender, eids[1 - side], _asPeer(1 - side));
    }

    function _payloadHash(Packet storage packet) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(packet.guid, packet.message));
    }

    function _asPeer(uint256 side) internal view returns (bytes32) {
        return bytes32(uint256(uint160(address(messenger[side]))));
    }

    /// @dev The first verdict opens the other escrow: of terms that nobody made, timed out.
    function _provePath() internal {
        Terms memory terms = _terms[2];
        terms.depositDeadline = 1;
        terms.settleDeadline = 1;
        _on(HOME);
        coordinator.timeout(terms);
        (bool ok,) = _callAndCollect(
            HOME,
            who[STRANGER],
            address(coordinator),
            coordinator.quoteDispatch(terms, chainIds[AWAY], false),
            TRANSACTION_GAS,
            abi.encodeCall(ISettlementCoordinator.dispatch, (terms, chainIds[AWAY]))
        );
        require(ok && _verify(0) && _execute(0, TRANSACTION_GAS, 0), "no path");
        _on(AWAY);
        require(escrow[AWAY].pathProven(), "not proven");
    }

    function _collect(uint256 side, bytes memory data) private {
        (bytes memory encoded, bytes memory options,) = abi.decode(data, (bytes, bytes, address));
        Packet memory packet;
        packet.side = side;
        packet.nonce = uint64(uint256(_word(encoded, 1)) >> 192);
        require(_word(encoded, 13) == _asPeer(side) && _word(encoded, 49) == _asPeer(side), "not a messenger's packet");
        packet.guid = _word(encoded, GUID_AT);
        packet.gas = uint128(uint256(_word(options, 6)) >> 128);
        // What was sent in a frame that was undone is in the logs, but never was sent: the number is free, or somebody else's by now.
        address self = address(messenger[side]);
        if (packet.nonce > ILayerZeroEndpointV2(lz[side].endpoint).outboundNonce(self, eids[1 - side], _asPeer(side))) return;
        packet.kind = MessageKind(uint8(encoded[MESSAGE_AT]));
        packet.verdict = Verdict(uint8(encoded[MESSAGE_AT + 1]));
        bool carriesTerms;
        (packet.trade, carriesTerms) = _subjectOf(side, encoded, packet);
        packet.message = _messageOn(1 - side, packet, carriesTerms, SettlementId.wrap(_word(encoded, MESSAGE_AT + 2)));
        if (_packets.length != 0 && _packets[_packets.length - 1].nonce == packet.nonce) {
            if (_packets[_packets.length - 1].side == side) _packets.pop();
        }
        _packets.push(packet);
        _onSent(packet);
    }

    /// @dev Which settlement a message is about, and whether it brings its terms: it must be byte for byte what the protocol says.
    function _subjectOf(uint256 side, bytes memory encoded, Packet memory packet)
        private
        view
        returns (uint256 trade, bool carriesTerms)
    {
        SettlementId id = SettlementId.wrap(_word(encoded, MESSAGE_AT + 2));
        carriesTerms = encoded.length > MESSAGE_AT + 34;
        for (trade = 0; trade < _terms.length; ++trade) {
            if (_idOn(trade, side) == id) break;
        }
        packet.trade = trade == _terms.length ? NO_TRADE : trade;
        bytes memory expected = _messageOn(side, packet, carriesTerms, id);
        bytes32 actual;
        assembly ("memory-safe") {
            actual := keccak256(add(encoded, add(0x20, MESSAGE_AT)), sub(mload(encoded), MESSAGE_AT))
        }
        require(actual == keccak256(expected), "not a message of the protocol");
        return (packet.trade, carriesTerms);
    }

    function _messageOn(uint256 side, Packet memory packet, bool carriesTerms, SettlementId id)
        private
        view
        returns (bytes memory)
    {
        if (packet.trade != NO_TRADE) id = _idOn(packet.trade, side);
        bytes memory bare = abi.encodePacked(packet.kind, packet.verdict, id);
        return carriesTerms ? bytes.concat(bare, abi.encode(_termsOn(packet.trade, side))) : bare;
    }

    /// @dev Reading past the end of `data` yields whatever lies there: only for what is known to be inside.
    function _word(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
