// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title A caller that makes another call when value comes back to it
/// @notice So that the second is made in the middle of the first. Keeps what became of it.
contract BusyCaller {
    address private _target;
    bytes private _data;

    bool public lastOk;
    bytes public lastReturned;

    receive() external payable {
        (lastOk, lastReturned) = _target.call(_data);
    }

    /// @notice Calls `first` with all value, and `second` when some of it is returned.
    function call(address first, bytes calldata data, address second, bytes calldata secondData) external payable {
        (_target, _data) = (second, secondData);
        (bool ok, bytes memory returned) = first.call{ value: msg.value }(data);
        if (!ok) {
            assembly {
                revert(add(returned, 0x20), mload(returned))
            }
        }
    }
}
