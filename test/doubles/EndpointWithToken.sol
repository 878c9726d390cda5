// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title An endpoint of LayerZero's other kind, whose fees are paid in a token; answers only what comes before that question
contract EndpointWithToken {
    function eid() external pure returns (uint32) {
        return 40245;
    }

    function nativeToken() external pure returns (address) {
        return address(0xbeef);
    }
}
