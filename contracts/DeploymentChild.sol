// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IComplianceRegistry } from "./interfaces/IComplianceRegistry.sol";
import { IKeystoneEscrow } from "./interfaces/IKeystoneEscrow.sol";
import { IKeystoneRoot } from "./interfaces/IKeystoneRoot.sol";
import { IMessenger } from "./interfaces/IMessenger.sol";
import { ISettlementCoordinator } from "./interfaces/ISettlementCoordinator.sol";
import { ChainRows } from "./libraries/ChainRows.sol";
import { Home } from "./libraries/TermsLib.sol";
import { Child } from "./types/Deployment.sol";
import { Leg, Terms } from "./types/Terms.sol";

/// @title What coordinator and escrow know of their deployment
/// @notice Read from the root that creates them; no constructor arguments, so that the address does not depend on the chain.
abstract contract DeploymentChild {
    ISettlementCoordinator internal immutable COORDINATOR;
    IKeystoneEscrow internal immutable ESCROW;
    IComplianceRegistry internal immutable REGISTRY;
    IMessenger internal immutable MESSENGER;
    uint64 internal immutable COORDINATOR_CHAIN;
    uint256 private immutable ROWS_LOW;
    uint256 private immutable ROWS_HIGH;

    constructor() {
        IKeystoneRoot root = IKeystoneRoot(msg.sender);
        COORDINATOR = ISettlementCoordinator(root.addressOf(Child.COORDINATOR));
        ESCROW = IKeystoneEscrow(root.addressOf(Child.ESCROW));
        REGISTRY = IComplianceRegistry(root.addressOf(Child.REGISTRY));
        MESSENGER = IMessenger(root.addressOf(Child.MESSENGER));
        COORDINATOR_CHAIN = root.coordinatorChainId();
        (ROWS_LOW, ROWS_HIGH) = ChainRows.pack(root.rows());
    }

    function _home() internal view returns (Home memory) {
        return Home(COORDINATOR_CHAIN, address(COORDINATOR), address(ESCROW), ROWS_LOW, ROWS_HIGH);
    }

    /// @dev Zero for a chain without a row.
    function _rowBit(uint256 chainId) internal view returns (uint8) {
        return ChainRows.bitOf(ROWS_LOW, ROWS_HIGH, chainId);
    }

    /// @dev Which chains' escrows have a leg in the terms.
    function _rowsOf(Terms calldata terms) internal view returns (uint8 mask) {
        Leg[] calldata legs = terms.legs;
        uint64 previous = 0;
        for (uint256 i = 0; i < legs.length; ++i) {
            uint64 chainId = legs[i].chainId;
            if (chainId == previous) continue;
            mask |= _rowBit(chainId);
            previous = chainId;
        }
    }

    /// @dev Whether every leg is on the coordinator's chain, so that verdict and payouts are one transaction.
    function _isWhole(Terms calldata terms) internal view returns (bool whole) {
        Leg[] calldata legs = terms.legs;
        uint256 chainId = COORDINATOR_CHAIN;
        whole = true;
        assembly ("memory-safe") {
            // Hashing the terms, or a call of this deployment's own, has shown that every leg lies within the calldata.
            for { let i := 0 } lt(i, legs.length) { i := add(i, 1) } {
                let leg := add(legs.offset, calldataload(add(legs.offset, mul(i, 0x20))))
                // 0 chainId
                whole := and(whole, eq(calldataload(leg), chainId))
            }
        }
    }
}
