// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ERC1155Holder } from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import { TokenLib } from "../../contracts/libraries/TokenLib.sol";
import { Asset } from "../../contracts/types/Asset.sol";

/// @title The token library as a contract of its own, without an escrow's rules around it
contract TokenHarness is ERC1155Holder {
    uint256 public constant PROBES_GAS = TokenLib.PROBES_GAS;
    uint256 public constant ELIGIBILITY_GAS = TokenLib.ELIGIBILITY_GAS;

    event Pulled(bool ok, uint256 received, bytes reason);
    event Pushed(bool ok, bytes reason);


    function pull(Asset calldata asset, address from, uint256 amount) external {
        (bool ok, uint256 received, bytes memory reason) = TokenLib.pull(asset, from, amount);
        emit Pulled(ok, received, reason);
    }

    function push(Asset calldata asset, address to, uint256 amount) external {
        (bool ok, bytes memory reason) = TokenLib.push(asset, to, amount);
        emit Pushed(ok, reason);
    }

    function balanceOf(Asset calldata asset, address account) external view returns (bool known, uint256 balance) {
        return TokenLib.balanceOf(asset, account);
    }

    function isOfClass(Asset calldata asset) external view returns (bool) {
        return TokenLib.isOfClass(asset);
    }

    function canReceive(Asset calldata asset, address to, uint256 amount) external view returns (bool) {
        return TokenLib.canReceive(asset, to, amount);
    }
}
