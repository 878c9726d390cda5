// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { PathState } from "../PathState.model.sol";

/// @title A coordinator that sends its verdict once
/// @dev A skipped nonce would then lose it for good.
contract VerdictSentOnce is PathState {
    function maySend() internal view override returns (bool) {
        return taken && !sentBefore;
    }

    function step() external {
        require(invariant());
        skip();
        assert(invariant());
    }

    function trace() external {
        require(!taken && !underWay && !arrived && !sentBefore);
        take();
        dispatch();
        skip();
        assert(canArrive());
    }
}
