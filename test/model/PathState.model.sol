// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title That what is lost on its way can be sent again, as a state machine that a solver proves
/// @notice One verdict on its way to one escrow: a copy may be lost, because a nonce that is never verified is skipped.
abstract contract PathState {
    bool internal taken;
    /// @dev Some copy is under way, and will arrive if nobody skips it.
    bool internal underWay;
    bool internal arrived;
    bool internal sentBefore;

    /// @notice A verdict that was taken has arrived, or arrives, or can be sent.
    function canArrive() internal view returns (bool) {
        return !taken || arrived || underWay || maySend();
    }

    function invariant() internal view returns (bool) {
        return canArrive() && (!underWay || taken) && (!arrived || taken);
    }

    /// @dev Whatever was sent before: sending again is always allowed, and receiving again harmless.
    function maySend() internal view virtual returns (bool) {
        return taken;
    }

    function take() internal {
        taken = true;
    }

    function dispatch() internal {
        require(maySend());
        underWay = true;
        sentBefore = true;
    }

    function skip() internal {
        underWay = false;
    }

    function deliver() internal {
        require(underWay);
        arrived = true;
    }
}
