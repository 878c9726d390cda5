// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title A contract that answers each function as it was told to; until then it has none
contract ScriptedToken {
    enum Mode {
        LACKS,
        ANSWERS,
        REVERTS,
        BURNS_GAS,
        ANSWERS_HUGELY,
        ANSWERS_NOTHING,
        /// Looks something up for 20,000 gas first, then says no more than a dispatcher would.
        LACKS_LATE,
        /// Answers if it has been given gas enough, else runs out of it in a call of its own, without a word.
        NEEDS_GAS
    }

    struct Script {
        Mode mode;
        bytes data;
    }

    uint256 public needed = 100_000;

    mapping(bytes4 selector => Script) private _scripts;

    function script(bytes4 selector, Mode mode, bytes calldata data) external {
        _scripts[selector] = Script(mode, data);
    }

    function setNeeded(uint256 needed_) external {
        needed = needed_;
    }

    /// @notice What `NEEDS_GAS` calls.
    function work() external view {
        _burn(needed);
    }

    fallback() external {
        Mode mode = _scripts[msg.sig].mode;
        bytes memory data = _scripts[msg.sig].data;
        if (mode == Mode.BURNS_GAS) _burn(gasleft());
        if (mode == Mode.LACKS_LATE) _burn(20_000);
        if (mode == Mode.NEEDS_GAS) {
            (bool ok,) = address(this).staticcall(abi.encodeCall(this.work, ()));
            if (!ok) mode = Mode.LACKS;
        }
        assembly {
            if or(eq(mode, 0), eq(mode, 6)) { revert(0, 0) }
            if eq(mode, 2) { revert(add(data, 0x20), mload(data)) }
            if eq(mode, 4) {
                mstore(0, mload(add(data, 0x20)))
                return(0, 200000)
            }
            if eq(mode, 5) { return(0, 0) }
            return(add(data, 0x20), mload(data))
        }
    }

    function _burn(uint256 gas_) private view {
        uint256 until = gasleft() > gas_ ? gasleft() - gas_ : 0;
        uint256 waste = 0;
        while (gasleft() > until) ++waste;
    }
}
