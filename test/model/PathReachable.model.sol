// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { PathState } from "./PathState.model.sol";

/// @title That every step of a path can happen
contract PathReachable is PathState {
    function aLostVerdictArrivesLater() external {
        require(!taken && !underWay && !arrived && !sentBefore);
        take();
        dispatch();
        skip();
        dispatch();
        deliver();
        assert(!arrived);
    }
}
