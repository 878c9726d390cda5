// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegTraces } from "./LegTraces.model.sol";

/// @title That every step of a leg can happen: each trace reaches its end, so the solver must call its last line a violation
contract LegReachable is LegTraces {
    function theRecipientIsPaid() external {
        require(isDeposited());
        lock();
        record(Verdict.EXECUTE);
        pay();
        assert(paidTo != RECIPIENT);
    }

    function anotherWalletOfTheRecipientIsPaid() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        redirect(RECIPIENT, 3, true);
        redirect(3, 4, true);
        pay();
        assert(paidTo != 4);
    }

    function theDepositorIsPaidByWaiver() external {
        require(isLocked());
        record(Verdict.EXECUTE);
        redirect(RECIPIENT, 3, true);
        waive(3);
        pay();
        assert(paidTo != DEPOSITOR);
    }

    function anotherWalletOfTheDepositorIsPaidByExpiry() external {
        require(isDeposited());
        expire();
        redirect(DEPOSITOR, 5, true);
        pay();
        assert(paidTo != 5);
    }
}
