// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The few cheat codes that these tests use. The runner answers at this address.
interface Vm {
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata revertData) external;
}

Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

/// @notice What a test says. A failing assertion shows both sides.
abstract contract Assertions {
    error NotEqual(bytes32 left, bytes32 right);
    error Equal(bytes32 both);
    error NotTrue(string what);

    function assertEq(uint256 left, uint256 right) internal pure {
        if (left != right) revert NotEqual(bytes32(left), bytes32(right));
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        if (left != right) revert NotEqual(left, right);
    }

    function assertNotEq(bytes32 left, bytes32 right) internal pure {
        if (left == right) revert Equal(left);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    /// @dev `value` folded into [low, high].
    function within(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }
}
