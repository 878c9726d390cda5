// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155Receiver } from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import { MintableMulti } from "./MintableMulti.sol";

/// @title An ERC-1155 token that tells the recipient's hook something else than it does, or nothing, or twice
contract HostileMulti is MintableMulti {
    enum Mode {
        HONEST,
        OTHER_VALUES,
        NO_HOOK,
        BATCH_HOOK,
        TAKES_MORE
    }

    Mode public mode;

    function behave(Mode mode_) external {
        mode = mode_;
    }

    function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes memory data) public override {
        if (mode == Mode.HONEST) return super.safeTransferFrom(from, to, id, amount, data);
        uint256[] memory ids = new uint256[](1);
        uint256[] memory amounts = new uint256[](1);
        (ids[0], amounts[0]) = (id, amount);
        // Moves without OpenZeppelin's own call of the hook.
        _update(from, to, ids, amounts);
        if (mode == Mode.TAKES_MORE) {
            amounts[0] = 1;
            _update(from, address(0), ids, amounts);
        } else if (mode == Mode.OTHER_VALUES) {
            IERC1155Receiver(to).onERC1155Received(address(0xdead), address(0xbeef), id + 1, amount + 1, "lie");
        } else if (mode == Mode.BATCH_HOOK) {
            IERC1155Receiver(to).onERC1155BatchReceived(msg.sender, from, ids, amounts, data);
        }
    }
}
