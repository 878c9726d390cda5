// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract that signs by ERC-1271 with its owner's key, until it is told to lie or to refuse
/// @notice Refuses to be paid unless it accepts value.
contract ContractWallet is IERC1271 {
    enum Answer {
        HONEST,
        WRONG_WORD,
        REVERTS
    }

    address public immutable owner;
    Answer public answer;
    bool public acceptsValue;

    constructor(address owner_) {
        owner = owner_;
    }

    receive() external payable {
        require(acceptsValue, "no value");
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function setAcceptsValue(bool acceptsValue_) external {
        acceptsValue = acceptsValue_;
    }

    /// @notice Calls anything as this wallet; only for its owner.
    function execute(address target, uint256 value, bytes calldata data) external payable returns (bytes memory) {
        require(msg.sender == owner, "not the owner");
        (bool ok, bytes memory returned) = target.call{ value: value }(data);
        if (!ok) {
            assembly {
                revert(add(returned, 0x20), mload(returned))
            }
        }
        return returned;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        require(answer != Answer.REVERTS, "no signature");
        if (answer == Answer.WRONG_WORD) return 0xdeadbeef;
        return ECDSA.recoverCalldata(hash, signature) == owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
