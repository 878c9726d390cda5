// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { Reason } from "./Reason.sol";

/// @title Moving tokens that may be hostile
/// @notice Success is what the balance says and the token affirms. No call copies more return data than it needs.
library TokenLib {
    /// @dev ERC-165 says that `supportsInterface` uses at most this much.
    uint256 private constant PROBE_GAS = 30_000;
    /// @dev What `isPlain` needs so that each of its three probes has its share.
    uint256 internal constant PROBES_GAS = 4 * PROBE_GAS;

    bytes4 private constant ERC721_ID = 0x80ac58cd;
    bytes4 private constant ERC1155_ID = 0xd9b67a26;
    /// @dev ERC-1400's (ERC-1410's) balance of one partition. ERC-1400 tokens do not answer by ERC-165.
    bytes4 private constant BALANCE_OF_BY_PARTITION = bytes4(keccak256("balanceOfByPartition(bytes32,address)"));

    /// @notice Pulls `amount` from `from`, who has approved it.
    /// @return ok Whether the token affirmed. @return received By how much the balance rose. @return reason Of a failed call.
    function pull(address token, address from, uint256 amount)
        internal
        returns (bool ok, uint256 received, bytes memory reason)
    {
        (bool knownBefore, uint256 balanceBefore) = balanceOf(token, address(this));
        (ok, reason) = _call(token, abi.encodeCall(IERC20.transferFrom, (from, address(this), amount)));
        (bool knownAfter, uint256 balanceAfter) = balanceOf(token, address(this));
        ok = ok && knownBefore && knownAfter;
        received = balanceAfter > balanceBefore ? balanceAfter - balanceBefore : 0;
    }

    /// @notice Sends `amount` to `to`. The caller reverts when not `ok`: what the token did is undone only so.
    /// @dev A token that charges the sender on top would be paid with other settlements' deposits; so the fall is measured.
    function push(address token, address to, uint256 amount) internal returns (bool ok, bytes memory reason) {
        if (amount == 0) return (true, "");
        (bool knownBefore, uint256 balanceBefore) = balanceOf(token, address(this));
        (ok, reason) = _call(token, abi.encodeCall(IERC20.transfer, (to, amount)));
        (bool knownAfter, uint256 balanceAfter) = balanceOf(token, address(this));
        if (ok && !(knownBefore && knownAfter && balanceBefore <= balanceAfter + amount)) ok = false;
    }

    /// @notice Whether the token's interfaces leave no other reading than ERC-20: no ERC-721, no ERC-1155, no partitions.
    function isPlain(address token) internal view returns (bool) {
        if (token.code.length == 0) return false;
        if (_answersTrue(token, abi.encodeCall(IERC165.supportsInterface, (ERC721_ID)))) return false;
        if (_answersTrue(token, abi.encodeCall(IERC165.supportsInterface, (ERC1155_ID)))) return false;
        (bool hasPartitions,) =
            _read(token, PROBE_GAS, abi.encodeWithSelector(BALANCE_OF_BY_PARTITION, bytes32(0), address(this)));
        return !hasPartitions;
    }

    /// @return known False when the token reverts or answers less than a word.
    function balanceOf(address token, address account) internal view returns (bool known, uint256 balance) {
        bytes32 word;
        (known, word) = _read(token, gasleft(), abi.encodeCall(IERC20.balanceOf, (account)));
        balance = uint256(word);
    }

    function _answersTrue(address token, bytes memory data) private view returns (bool) {
        (bool known, bytes32 word) = _read(token, PROBE_GAS, data);
        return known && word != 0;
    }

    /// @dev The call counts as a success when it returned nothing, from code, or `true`.
    function _call(address token, bytes memory data) private returns (bool ok, bytes memory reason) {
        bytes32 word;
        (ok, word,) = LowLevelCall.callReturn64Bytes(token, data);
        uint256 size = LowLevelCall.returnDataSize();
        if (!ok) return (false, Reason.ofLastCall());
        ok = size == 0 ? token.code.length != 0 : size >= 32 && word == bytes32(uint256(1));
    }

    /// @dev OpenZeppelin's helper has no gas cap.
    function _read(address token, uint256 cap, bytes memory data) private view returns (bool known, bytes32 word) {
        assembly ("memory-safe") {
            known := staticcall(cap, token, add(data, 0x20), mload(data), 0, 0x20)
            known := and(known, gt(returndatasize(), 0x1f))
            word := mul(mload(0), known)
        }
    }
}
