// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IKeystoneRoot } from "../../contracts/interfaces/IKeystoneRoot.sol";
import { ISettlementCoordinator } from "../../contracts/interfaces/ISettlementCoordinator.sol";
import { Child } from "../../contracts/types/Deployment.sol";
import { SettlementId, Terms } from "../../contracts/types/Terms.sol";

/// @title An escrow that says it has locked, and when it is told to settle pays nothing and says nothing
contract SilentEscrow {
    ISettlementCoordinator private immutable _coordinator;

    constructor() {
        _coordinator = ISettlementCoordinator(IKeystoneRoot(msg.sender).addressOf(Child.COORDINATOR));
    }

    function lock(SettlementId settlementId) external {
        _coordinator.reportLocked(settlementId);
    }

    function settle(Terms calldata) external { }
}
