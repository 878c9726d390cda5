// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title An ERC-3643 token that is its own identity registry and compliance, and answers as it is told to
contract GatedToken is MintableToken {
    enum Answer {
        YES,
        NO,
        REVERTS,
        BURNS_GAS
    }

    mapping(address account => Answer) public answerFor;

    function setAnswer(address account, Answer answer) external {
        answerFor[account] = answer;
    }

    function identityRegistry() external view returns (address) {
        return address(this);
    }

    function compliance() external view returns (address) {
        return address(this);
    }

    function isVerified(address account) external view returns (bool) {
        Answer answer = answerFor[account];
        if (answer == Answer.REVERTS) revert("no answer");
        if (answer == Answer.BURNS_GAS) {
            uint256 waste = 0;
            while (true) ++waste;
        }
        return answer == Answer.YES;
    }

    function canTransfer(address, address, uint256) external pure returns (bool) {
        return true;
    }
}
