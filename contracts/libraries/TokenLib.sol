// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155 } from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IERC1400 } from "../interfaces/IERC1400.sol";
import { Asset } from "../types/Asset.sol";
import { TokenStandard } from "../types/Terms.sol";
import { TokenCall } from "./TokenCall.sol";
import { TokenClass } from "./TokenClass.sol";
import { TokenEligibility } from "./TokenEligibility.sol";

/// @title Moving tokens that may be hostile
/// @notice Success is what the balance says and the token affirms.
library TokenLib {
    /// @notice What must be left before `isOfClass` for a probe to hear the token's answer.
    uint256 internal constant PROBES_GAS = TokenClass.GAS;
    /// @notice What must have been left before `canReceive` for its no to count.
    uint256 internal constant ELIGIBILITY_GAS = TokenEligibility.GAS;

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
        (known, balance) = TokenCall.read(asset.token, gasleft(), _balanceQuery(asset, account));
        if (asset.standard == TokenStandard.ERC721) balance = _ownership(balance, account);
    }

    /// @notice Whether the token's interfaces leave no other reading than the asset's standard. Needs `PROBES_GAS`.
    function isOfClass(Asset memory asset) internal view returns (bool) {
        return TokenClass.isOf(asset.token, asset.standard);
    }

    /// @notice Whether the token would let this contract send `amount` to `to`, as far as its standard lets one ask. A no counts only if
    /// `ELIGIBILITY_GAS` was left before.
    function canReceive(Asset memory asset, address to, uint256 amount) internal view returns (bool) {
        if (amount == 0) return true;
        if (asset.standard == TokenStandard.ERC3643) {
            return TokenEligibility.ofPermissioned(asset.token, to, amount);
        }
        if (asset.standard != TokenStandard.ERC1400) return true;
        return TokenEligibility.ofPartition(asset.token, asset.partition, to, amount);
    }

    /// @dev The transfer between two readings of this contract's balance. Not `ok` when either is not known.
    function _move(Asset memory asset, address from, address to, uint256 amount)
        private
        returns (bool ok, uint256 balanceBefore, uint256 balanceAfter, bytes memory reason)
    {
        (address token, TokenStandard standard) = (asset.token, asset.standard);
        bytes memory query = _balanceQuery(asset, address(this));
        bool known;
        (known, balanceBefore) = TokenCall.read(token, gasleft(), query);
        // Tokens of a partition must come to the same one, and say so.
        uint256 yes = standard == TokenStandard.ERC1400 ? uint256(asset.partition) : 1;
        (ok, reason) = TokenCall.transact(token, _transfer(asset, from, to, amount), yes);
        ok = ok && known;
        (known, balanceAfter) = TokenCall.read(token, gasleft(), query);
        ok = ok && known;
        if (standard != TokenStandard.ERC721) return (ok, balanceBefore, balanceAfter, reason);
        return (ok, _ownership(balanceBefore, address(this)), _ownership(balanceAfter, address(this)), reason);
    }

    function _balanceQuery(Asset memory asset, address account) private pure returns (bytes memory) {
        TokenStandard standard = asset.standard;
        uint256 holder = uint160(account);
        if (_isFungible(standard)) return TokenCall.encode(IERC20.balanceOf.selector, 1, holder, 0, 0);
        if (standard == TokenStandard.ERC721) {
            return TokenCall.encode(IERC721.ownerOf.selector, 1, asset.tokenId, 0, 0);
        }
        if (standard == TokenStandard.ERC1155) {
            return TokenCall.encode(IERC1155.balanceOf.selector, 2, holder, asset.tokenId, 0);
        }
        return TokenCall.encode(IERC1400.balanceOfByPartition.selector, 2, uint256(asset.partition), holder, 0);
    }

    /// @dev The call that transfers: the holder's own where this contract is the holder, else the one for whom the holder approved.
    function _transfer(Asset memory asset, address from, address to, uint256 amount) private view returns (bytes memory) {
        TokenStandard standard = asset.standard;
        bool own = from == address(this);
        if (_isFungible(standard)) {
            if (own) return TokenCall.encode(IERC20.transfer.selector, 2, uint160(to), amount, 0);
            return TokenCall.encode(IERC20.transferFrom.selector, 3, uint160(from), uint160(to), amount);
        }
        // Not the safe one: it would call a hook of the recipient's.
        if (standard == TokenStandard.ERC721) {
            return TokenCall.encode(IERC721.transferFrom.selector, 3, uint160(from), uint160(to), asset.tokenId);
        }
        if (standard == TokenStandard.ERC1155) {
            return abi.encodeCall(IERC1155.safeTransferFrom, (from, to, asset.tokenId, amount, ""));
        }
        if (own) return abi.encodeCall(IERC1400.transferByPartition, (asset.partition, to, amount, ""));
        return abi.encodeCall(IERC1400.operatorTransferByPartition, (asset.partition, from, to, amount, "", ""));
    }

    /// @dev Moved and counted by ERC-20's functions.
    function _isFungible(TokenStandard standard) private pure returns (bool) {
        return standard == TokenStandard.ERC20 || standard == TokenStandard.ERC3643;
    }

    function _ownership(uint256 owner, address account) private pure returns (uint256) {
        return owner == uint160(account) ? 1 : 0;
    }
}
