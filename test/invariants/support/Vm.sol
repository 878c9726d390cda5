// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The few cheat codes that these tests use. The runner answers at this address.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function assume(bool condition) external pure;
    function expectRevert(bytes calldata revertData) external;

    /// @dev Of one of this project's contracts, as "File.sol:Contract".
    function getCode(string calldata what) external view returns (bytes memory initCode);
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function chainId(uint256 id) external;
    function warp(uint256 timestamp) external;
    /// @dev The next call, and only that, comes from `sender`.
    function prank(address sender) external;
    function deal(address account, uint256 balance) external;
    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    /// @dev From now on `target` answers `data` with `answer`.
    function mockCall(address target, bytes calldata data, bytes calldata answer) external;
    function mockCallRevert(address target, bytes calldata data, bytes calldata revertData) external;
    function envOr(string calldata name, string calldata value) external view returns (string memory);
    function toString(uint256 value) external pure returns (string memory);
    function writeLine(string calldata path, string calldata line) external;
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
