// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegState } from "./LegState.model.sol";

/// @title The proof: the invariant of a leg holds at first and after every step, and where it holds the promise is kept
contract Leg is LegState {
    constructor() {
        assert(invariant());
    }

    function provePromise() external view {
        require(invariant());
        assert(paidRightly());
    }

    function proveLock() external {
        require(invariant());
        lock();
        assert(invariant());
    }

    function proveExpire() external {
        require(invariant());
        expire();
        assert(invariant());
    }

    function proveRecord(Verdict said) external {
        require(invariant());
        record(said);
        assert(invariant());
    }

    function proveWaive(uint256 caller) external {
        require(invariant());
        waive(caller);
        assert(invariant());
    }

    function proveRedirect(uint256 caller, uint256 wallet, bool attested) external {
        require(invariant());
        redirect(caller, wallet, attested);
        assert(invariant());
    }

    function provePay() external {
        require(invariant());
        pay();
        assert(invariant());
    }
}
