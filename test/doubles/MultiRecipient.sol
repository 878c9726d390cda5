// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155 } from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import { ERC1155Holder } from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

/// @title A contract that is paid in ERC-1155 tokens, and does in the hook what it was told
contract MultiRecipient is ERC1155Holder {
    enum Answer {
        ACCEPT,
        REFUSE,
        WRONG_WORD,
        SEND_BACK,
        CALL
    }

    error MultiRecipient_Refused();

    Answer public answer;
    address public target;
    bytes public call;
    bool public lastOk;
    bytes public lastReturned;

    function behave(Answer answer_, address target_, bytes calldata call_) external {
        answer = answer_;
        target = target_;
        call = call_;
    }

    function onERC1155Received(address, address from, uint256 id, uint256 amount, bytes memory)
        public
        override
        returns (bytes4)
    {
        if (answer == Answer.REFUSE) revert MultiRecipient_Refused();
        if (answer == Answer.WRONG_WORD) return 0xdeadbeef;
        if (answer == Answer.SEND_BACK) IERC1155(msg.sender).safeTransferFrom(address(this), from, id, amount, "");
        if (answer == Answer.CALL) (lastOk, lastReturned) = target.call(call);
        return this.onERC1155Received.selector;
    }
}
