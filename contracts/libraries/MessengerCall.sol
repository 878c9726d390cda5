// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { IMessenger } from "../interfaces/IMessenger.sol";
import { MessageKind } from "../types/Deployment.sol";
import { SettlementId, Verdict } from "../types/Terms.sol";

/// @title Calls to the messenger with terms that `TermsCall.encode` has encoded once
/// @dev Of functions that answer one word, so that where there is no messenger the missing word tells. What a failing call reverted with is
/// left where `LowLevelCall.bubbleRevert` reads.
library MessengerCall {
    /// @dev Where the terms lie behind the arguments of `quote`.
    uint256 private constant QUOTE_HEAD = 4 * 32;
    /// @dev The same of `sendVerdict`.
    uint256 private constant VERDICT_HEAD = 6 * 32;

    /// @return ok False when the message cannot be priced.
    function tryQuote(IMessenger messenger, uint64 chainId, MessageKind kind, bytes memory encoded, bool carryTerms)
        internal
        view
        returns (bool ok, uint256 fee)
    {
        bytes memory head = abi.encodeWithSelector(IMessenger.quote.selector, chainId, kind, QUOTE_HEAD, carryTerms);
        bytes32 answer;
        (ok, answer,) = LowLevelCall.staticcallReturn64Bytes(address(messenger), bytes.concat(head, encoded));
        ok = ok && LowLevelCall.returnDataSize() >= 32;
        if (ok) fee = uint256(answer);
    }

    /// @dev Reverts with what the messenger reverts with.
    function sendVerdict(
        IMessenger messenger,
        uint256 value,
        uint64 chainId,
        SettlementId settlementId,
        Verdict verdict,
        bytes memory encoded,
        bool carryTerms,
        address refundTo
    ) internal returns (bytes32 guid) {
        bytes memory head = abi.encodeWithSelector(
            IMessenger.sendVerdict.selector, chainId, settlementId, verdict, VERDICT_HEAD, carryTerms, refundTo
        );
        bool ok;
        (ok, guid,) = LowLevelCall.callReturn64Bytes(address(messenger), value, bytes.concat(head, encoded));
        if (!ok || LowLevelCall.returnDataSize() < 32) LowLevelCall.bubbleRevert();
    }
}
