// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155 } from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { LowLevelCall } from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import { IERC1400 } from "../interfaces/IERC1400.sol";
import { ICompliance, IERC3643, IIdentityRegistry } from "../interfaces/IERC3643.sol";
import { Asset } from "../types/Asset.sol";
import { TokenStandard } from "../types/Terms.sol";
import { Reason } from "./Reason.sol";

/// @title Moving and judging tokens that may be hostile
/// @notice Success is what the balance says and the token affirms. No call copies more return data than it needs.
library TokenLib {
    /// @dev ERC-165 says that `supportsInterface` uses at most this much; a getter behind a proxy and a beacon needs less.
    uint256 private constant PROBE_GAS = 30_000;
    /// @dev `isVerified` checks a signature for every claim topic, `canTransfer` asks up to 25 modules. What needs more than both
    /// together could not be paid out with the floor of gas either.
    uint256 private constant CHECK_GAS = 1_000_000;
    /// @dev More than a dispatcher behind a proxy and a beacon needs in order to find that it has no such function.
    uint256 private constant SILENCE_GAS = PROBE_GAS / 2;

    /// @dev What `isOfClass` needs so that each of its five probes has its share.
    uint256 internal constant PROBES_GAS = 6 * PROBE_GAS;
    /// @dev What must have been left before `canReceive` for its no to count: five getters, two checks, and what lies around them.
    uint256 internal constant ELIGIBILITY_GAS = 6 * PROBE_GAS + 2 * CHECK_GAS;

    bytes4 private constant ERC721_ID = type(IERC721).interfaceId;
    bytes4 private constant ERC1155_ID = type(IERC1155).interfaceId;

    /// @notice Pulls `amount` from `from`, who has approved it.
    /// @return ok Whether the token affirmed.
    /// @return received By how much the balance rose.
    /// @return reason Of a failed call.
    function pull(Asset memory asset, address from, uint256 amount)
        internal
        returns (bool ok, uint256 received, bytes memory reason)
    {
        uint256 balanceBefore;
        uint256 balanceAfter;
        (ok, balanceBefore, balanceAfter, reason) = _move(asset, from, address(this), amount);
        received = balanceAfter > balanceBefore ? balanceAfter - balanceBefore : 0;
    }

    /// @notice Sends `amount` to `to`. The caller reverts when not `ok`: what the token did is undone only so.
    /// @dev A token that charges the sender on top would be paid with other settlements' deposits; so the fall is measured. It may be
    /// smaller, when the recipient gives something back at once; but an ERC-721 token has left or it has not.
    function push(Asset memory asset, address to, uint256 amount) internal returns (bool ok, bytes memory reason) {
        if (amount == 0) return (true, "");
        uint256 balanceBefore;
        uint256 balanceAfter;
        (ok, balanceBefore, balanceAfter, reason) = _move(asset, address(this), to, amount);
        uint256 sent = balanceBefore > balanceAfter ? balanceBefore - balanceAfter : 0;
        if (sent > amount || (sent == 0 && asset.standard == TokenStandard.ERC721)) ok = false;
    }

    /// @notice What `account` holds of the asset; of an ERC-721 token 1 or 0.
    /// @return known False when the token reverts or answers less than a word.
    function balanceOf(Asset memory asset, address account) internal view returns (bool known, uint256 balance) {
        (known, balance) = _read(asset.token, gasleft(), _balanceQuery(asset, account));
        if (asset.standard == TokenStandard.ERC721) balance = balance == uint160(account) ? 1 : 0;
    }

    /// @notice Whether the token's interfaces leave no other reading than the asset's standard. Needs `PROBES_GAS`.
    function isOfClass(Asset memory asset) internal view returns (bool) {
        (address token, TokenStandard standard) = (asset.token, asset.standard);
        if (token.code.length == 0) return false;

        (bool known, uint256 answer) = _probe(token, IERC165.supportsInterface.selector, ERC721_ID);
        if ((answer != 0) != (standard == TokenStandard.ERC721)) return false;
        // A token that has no answer to this question has none to the next: most ERC-20 tokens are asked once.
        if (known) (, answer) = _probe(token, IERC165.supportsInterface.selector, ERC1155_ID);
        if ((answer != 0) != (standard == TokenStandard.ERC1155)) return false;

        // ERC-1400 and ERC-3643 tokens do not answer by ERC-165.
        (known,) = _probe(token, IERC1400.balanceOfByPartition.selector, 0);
        if (known != (standard == TokenStandard.ERC1400)) return false;

        (known,) = _probe(token, IERC3643.identityRegistry.selector, 0);
        if (known) (known,) = _probe(token, IERC3643.compliance.selector, 0);
        return known == (standard == TokenStandard.ERC3643);
    }

    /// @notice Whether the token would let this contract send `amount` to `to`, as far as its standard lets one ask. A no counts only if
    /// `ELIGIBILITY_GAS` was left before.
    /// @dev A token that provably lacks a function says nothing against the transfer; see `_isSilent`. One that fails in it, or answers
    /// anything but the right word, is not eligible. The contracts that an ERC-3643 token names have no right to be silent.
    function canReceive(Asset memory asset, address to, uint256 amount) internal view returns (bool) {
        if (amount == 0) return true;
        address token = asset.token;
        if (asset.standard == TokenStandard.ERC1400) {
            uint256 gasBefore = gasleft();
            bytes memory data = abi.encodeCall(IERC1400.canTransferByPartition, (asset.partition, to, amount, ""));
            (, uint256 status) = _read(token, CHECK_GAS, data);
            return (_isSuccess(status) && _thirdWord() == asset.partition) || _isSilent(gasBefore);
        }
        if (asset.standard != TokenStandard.ERC3643) return true;

        (, uint256 registry) = _probe(token, IERC3643.identityRegistry.selector, 0);
        (, uint256 compliance) = _probe(token, IERC3643.compliance.selector, 0);
        return _isFree(token, IERC3643.paused.selector, address(0)) && _isFree(token, IERC3643.isFrozen.selector, to)
            && _isFree(token, IERC3643.isFrozen.selector, address(this))
            && _affirms(registry, _encode(IIdentityRegistry.isVerified.selector, 1, uint160(to), 0, 0))
            && _affirms(
                compliance, _encode(ICompliance.canTransfer.selector, 3, uint160(address(this)), uint160(to), amount)
            );
    }

    /// @dev The transfer between two readings of this contract's balance. Not `ok` when either is not known.
    function _move(Asset memory asset, address from, address to, uint256 amount)
        private
        returns (bool ok, uint256 balanceBefore, uint256 balanceAfter, bytes memory reason)
    {
        (address token, TokenStandard standard) = (asset.token, asset.standard);
        bytes memory query = _balanceQuery(asset, address(this));
        (bool knownBefore, uint256 before) = _read(token, gasleft(), query);
        // Tokens of a partition must come to the same one, and say so.
        uint256 yes = standard == TokenStandard.ERC1400 ? uint256(asset.partition) : 1;
        (ok, reason) = _call(token, _transfer(asset, from, to, amount), yes);
        (bool knownAfter, uint256 afterwards) = _read(token, gasleft(), query);
        ok = ok && knownBefore && knownAfter;
        if (standard != TokenStandard.ERC721) return (ok, before, afterwards, reason);
        uint256 self = uint160(address(this));
        return (ok, before == self ? 1 : 0, afterwards == self ? 1 : 0, reason);
    }

    function _balanceQuery(Asset memory asset, address account) private pure returns (bytes memory) {
        TokenStandard standard = asset.standard;
        uint256 holder = uint160(account);
        if (_isFungible(standard)) return _encode(IERC20.balanceOf.selector, 1, holder, 0, 0);
        if (standard == TokenStandard.ERC721) return _encode(IERC721.ownerOf.selector, 1, asset.tokenId, 0, 0);
        if (standard == TokenStandard.ERC1155) {
            return _encode(IERC1155.balanceOf.selector, 2, holder, asset.tokenId, 0);
        }
        return _encode(IERC1400.balanceOfByPartition.selector, 2, uint256(asset.partition), holder, 0);
    }

    /// @dev The call that transfers: the holder's own where this contract is the holder, else the one for whom the holder approved.
    function _transfer(Asset memory asset, address from, address to, uint256 amount) private view returns (bytes memory) {
        TokenStandard standard = asset.standard;
        bool own = from == address(this);
        if (_isFungible(standard)) {
            if (own) return _encode(IERC20.transfer.selector, 2, uint160(to), amount, 0);
            return _encode(IERC20.transferFrom.selector, 3, uint160(from), uint160(to), amount);
        }
        // Not the safe one: it would call a hook of the recipient's.
        if (standard == TokenStandard.ERC721) {
            return _encode(IERC721.transferFrom.selector, 3, uint160(from), uint160(to), asset.tokenId);
        }
        if (standard == TokenStandard.ERC1155) {
            return abi.encodeCall(IERC1155.safeTransferFrom, (from, to, asset.tokenId, amount, ""));
        }
        if (own) return abi.encodeCall(IERC1400.transferByPartition, (asset.partition, to, amount, ""));
        return abi.encodeCall(IERC1400.operatorTransferByPartition, (asset.partition, from, to, amount, "", ""));
    }

    /// @dev The call counts as a success when it returned nothing, from code, or `yes`.
    function _call(address token, bytes memory data, uint256 yes) private returns (bool ok, bytes memory reason) {
        bytes32 word;
        (ok, word,) = LowLevelCall.callReturn64Bytes(token, data);
        uint256 size = LowLevelCall.returnDataSize();
        if (!ok) return (false, Reason.ofLastCall());
        ok = size == 0 ? token.code.length != 0 : size >= 32 && uint256(word) == yes;
    }

    /// @dev Moved and counted by ERC-20's functions.
    function _isFungible(TokenStandard standard) private pure returns (bool) {
        return standard == TokenStandard.ERC20 || standard == TokenStandard.ERC3643;
    }

    /// @dev Whether the token answers false, or has no such function.
    function _isFree(address token, bytes4 selector, address account) private view returns (bool) {
        uint256 gasBefore = gasleft();
        (bool known, uint256 answer) = _read(token, PROBE_GAS, _encode(selector, 1, uint160(account), 0, 0));
        return known ? answer == 0 : _isSilent(gasBefore);
    }

    function _affirms(uint256 target, bytes memory data) private view returns (bool) {
        (, uint256 answer) = _read(address(uint160(target)), CHECK_GAS, data);
        return answer == 1;
    }

    /// @dev ERC-1066: the low half of a code is its reason, 1 is success in every category. ERC-1400 names 0x51 alone; 0x01 and 0x11
    /// say the same in more general words. 0x00 is failure, also from a token that means that it has nobody to ask.
    function _isSuccess(uint256 status) private pure returns (bool) {
        return (status >> 248) & 0xf == 1;
    }

    /// @dev Of the last call's answer.
    function _thirdWord() private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            if gt(returndatasize(), 0x5f) {
                returndatacopy(0, 0x40, 0x20)
                word := mload(0)
            }
        }
    }

    /// @dev Whether the last call's target provably lacks the function: it said nothing at all, success or not, and so early that it
    /// cannot have run out of gas, however deep. It was given nearly twice `SILENCE_GAS`, and a call that runs out of gas takes all but
    /// a 64th of what its caller had.
    /// @param gasBefore What was left before the call.
    function _isSilent(uint256 gasBefore) private view returns (bool) {
        return LowLevelCall.returnDataSize() == 0 && gasBefore > 2 * SILENCE_GAS && gasBefore - gasleft() < SILENCE_GAS;
    }

    /// @dev A question with up to two arguments, the second, an account, this contract: only `balanceOfByPartition` has one.
    function _probe(address token, bytes4 selector, bytes32 argument) private view returns (bool known, uint256 answer) {
        return _read(token, PROBE_GAS, _encode(selector, 2, uint256(argument), uint160(address(this)), 0));
    }

    /// @dev One word and no more, with a cap on the gas, which OpenZeppelin's helper has not.
    /// @return known Whether at least one word was answered.
    /// @return answer The first; zero when not known.
    function _read(address target, uint256 cap, bytes memory data) private view returns (bool known, uint256 answer) {
        assembly ("memory-safe") {
            known := staticcall(cap, target, add(data, 0x20), mload(data), 0, 0x20)
            known := and(known, gt(returndatasize(), 0x1f))
            answer := mul(mload(0), known)
        }
    }

    /// @dev A call's data of one to three words. Smaller and cheaper than what the compiler makes of as many shapes.
    function _encode(bytes4 selector, uint256 words, uint256 a, uint256 b, uint256 c)
        private
        pure
        returns (bytes memory data)
    {
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(data, add(4, mul(words, 0x20)))
            mstore(add(data, 0x20), selector)
            mstore(add(data, 0x24), a)
            mstore(add(data, 0x44), b)
            mstore(add(data, 0x64), c)
            mstore(0x40, add(data, 0xa0))
        }
    }
}
