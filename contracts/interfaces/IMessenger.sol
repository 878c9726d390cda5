// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageKind } from "../types/Deployment.sol";
import { SettlementId, Terms, Verdict } from "../types/Terms.sol";

/// @title What the protocol needs of a transport
/// @notice Carries LOCKED and RELEASED from escrows to the coordinator and VERDICT from the coordinator to escrows. It stamps who sent:
/// only the deployment's coordinator and escrow may send. Another transport is another deployment and no other code.
interface IMessenger {
    /// @notice Emitted for every message handed to the transport. `guid` is the transport's own id.
    event MessageSent(
        bytes32 indexed guid, SettlementId indexed settlementId, uint64 indexed targetChainId, MessageKind kind, Verdict verdict, bool carriesTerms
    );
    /// @notice Emitted when a peer's message was recorded.
    event MessageReceived(
        bytes32 indexed guid, SettlementId indexed settlementId, uint64 indexed sourceChainId, MessageKind kind, Verdict verdict
    );
    /// @notice Emitted when a peer's message, or what it wanted to go on to, could not be used. At most 256 bytes of the reason.
    event MessageIgnored(bytes32 indexed guid, bytes reason);

    /// @notice Sends LOCKED or RELEASED to the coordinator's chain. Escrow only.
    /// @param carryTerms Whether the message carries the terms, to go on in the transaction that delivers it.
    /// @param refundTo Receives the value that the transport did not need.
    function sendReport(MessageKind kind, SettlementId settlementId, Terms calldata terms, bool carryTerms, address refundTo)
        external
        payable
        returns (bytes32 guid);

    /// @notice Sends VERDICT to `chainId`. Coordinator only.
    function sendVerdict(uint64 chainId, SettlementId settlementId, Verdict verdict, Terms calldata terms, bool carryTerms, address refundTo)
        external
        payable
        returns (bytes32 guid);

    /// @notice Wei for a message to `chainId`.
    function quote(uint64 chainId, MessageKind kind, Terms calldata terms, bool carryTerms) external view returns (uint256 fee);

    /// @notice True once the paths are wired as promised and can never change again.
    function isSealed() external view returns (bool);
}
