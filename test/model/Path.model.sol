// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { PathState } from "./PathState.model.sol";

/// @title The proof: no step, and no skipped nonce, takes away the last way by which a verdict may arrive
contract Path is PathState {
    constructor() {
        assert(invariant());
    }

    function provePromise() external view {
        require(invariant());
        assert(canArrive());
    }

    function proveTake() external {
        require(invariant());
        take();
        assert(invariant());
    }

    function proveDispatch() external {
        require(invariant());
        dispatch();
        assert(invariant());
    }

    function proveSkip() external {
        require(invariant());
        skip();
        assert(invariant());
    }

    function proveDeliver() external {
        require(invariant());
        deliver();
        assert(invariant());
    }
}
