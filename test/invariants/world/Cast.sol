// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { vm } from "../support/Vm.sol";

/// @title Who plays
abstract contract Cast {
    uint256 internal constant ALICE = 0;
    uint256 internal constant BOB = 1;
    uint256 internal constant CAROL = 2;
    /// @dev Recipients of fees.
    uint256 internal constant BROKER = 3;
    uint256 internal constant VENUE = 4;
    /// @dev Three of them.
    uint256 internal constant ATTESTER = 5;
    uint256 internal constant OPERATOR = 8;
    /// @dev Sends whatever anybody may send, and what nobody may.
    uint256 internal constant STRANGER = 9;
    uint256 internal constant VERIFIER_A = 10;
    uint256 internal constant VERIFIER_B = 11;
    /// @dev The wallet that redirects name.
    uint256 internal constant VAULT = 12;
    uint256 internal constant CAST = 13;

    /// @notice The accounts. Those of the attesters ascend, as terms demand.
    address[CAST] public who;
    uint256[CAST] internal keyOf;

    constructor() {
        for (uint256 i = 0; i < CAST; ++i) {
            keyOf[i] = uint256(keccak256(abi.encode("cast", i)));
            who[i] = vm.addr(keyOf[i]);
            vm.deal(who[i], 1e9 ether);
        }
        for (uint256 i = ATTESTER; i < ATTESTER + 2; ++i) {
            for (uint256 j = i + 1; j < ATTESTER + 3; ++j) {
                if (who[i] < who[j]) continue;
                (who[i], who[j]) = (who[j], who[i]);
                (keyOf[i], keyOf[j]) = (keyOf[j], keyOf[i]);
            }
        }
    }
}
