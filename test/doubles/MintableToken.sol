// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A well-behaved token that anyone mints; the hostile ones build on it
contract MintableToken is ERC20 {
    constructor() ERC20("Double", "DBL") { }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
