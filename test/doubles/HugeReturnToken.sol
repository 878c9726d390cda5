// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MintableToken } from "./MintableToken.sol";

/// @title A token that answers with as many bytes as it was told to
/// @notice Whoever copies them all pays for it: a megabyte of return data costs more than 2 million gas to copy.
contract HugeReturnToken is MintableToken {
    enum Mode {
        NONE,
        REVERT,
        RETURN
    }

    Mode public mode;
    uint256 public size;

    function answer(Mode mode_, uint256 size_) external {
        mode = mode_;
        size = size_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        return _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return _answer();
    }

    /// @dev The first word says true, so that what is returned is a success to who reads no further.
    function _answer() private view returns (bool) {
        Mode m = mode;
        uint256 n = size;
        if (m == Mode.NONE) return true;
        assembly {
            mstore(0, 1)
            if eq(m, 1) { revert(0, n) }
            return(0, n)
        }
    }
}
