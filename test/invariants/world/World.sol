// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IComplianceRegistry } from "../../../contracts/interfaces/IComplianceRegistry.sol";
import { IKeystoneEscrow } from "../../../contracts/interfaces/IKeystoneEscrow.sol";
import { IKeystoneRoot } from "../../../contracts/interfaces/IKeystoneRoot.sol";
import { ILayerZeroMessenger } from "../../../contracts/interfaces/ILayerZeroMessenger.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { ChainRow, Child, Wiring } from "../../../contracts/types/Deployment.sol";
import { vm } from "../support/Vm.sol";
import { Cast } from "./Cast.sol";
import { LayerZero, LayerZeroChain } from "./LayerZeroChain.sol";
import { LedgerToken } from "./LedgerToken.sol";
import { SecondChainRoot } from "./SecondChainRoot.sol";

/// @title Two chains in one machine, LayerZero's own contracts between them
/// @notice Every call first says on which chain it happens: that sets the chain id, and the clock, which each chain has for itself.
abstract contract World is Cast {
    uint256 internal constant HOME = 0;
    uint256 internal constant AWAY = 1;
    uint256 internal constant SIDES = 2;
    uint256 internal constant TOKENS = 2;
    uint256 internal constant START = 1_800_000_000;
    /// @dev What a transaction may have at most (EIP-7825), less what it costs before the first call.
    uint256 internal constant TRANSACTION_GAS = 16_500_000;
    uint256 internal constant PLENTY = 1 ether;
    uint256 internal constant INITIAL_BALANCE = 1 << 200;

    uint64[SIDES] internal chainIds = [11_155_111, 84_532];
    uint32[SIDES] internal eids = [40_161, 40_245];
    /// @notice What time it is on each chain.
    uint256[SIDES] public clock = [START, START];

    ISettlementCoordinator public coordinator;
    IComplianceRegistry public registry;
    IKeystoneEscrow[SIDES] public escrow;
    ILayerZeroMessenger[SIDES] public messenger;
    LedgerToken[TOKENS][SIDES] public token;
    LayerZero[SIDES] internal lz;

    constructor() {
        for (uint256 side = 0; side < SIDES; ++side) {
            _on(side);
            lz[side] = LayerZeroChain.deploy(eids[side], eids[1 - side], who[VERIFIER_A], who[VERIFIER_B]);
            for (uint256 i = 0; i < TOKENS; ++i) {
                token[side][i] = new LedgerToken();
            }
        }
        _deploy();
        for (uint256 side = 0; side < SIDES; ++side) {
            _on(side);
            messenger[side].wire(_wiring(side));
            messenger[side].seal(_wiring(side));
            _endow(side);
        }
    }

    /// @dev From here on calls happen on this chain.
    function _on(uint256 side) internal {
        vm.chainId(chainIds[side]);
        vm.warp(clock[side]);
    }

    /// @dev A transaction of `from`.
    function _call(address from, address to, uint256 value, uint256 gas, bytes memory data)
        internal
        returns (bool ok, bytes memory returned)
    {
        vm.prank(from);
        (ok, returned) = to.call{ value: value, gas: gas }(data);
    }

    function _wiring(uint256 side) private view returns (Wiring memory) {
        return LayerZeroChain.wiring(lz[side], eids[1 - side]);
    }

    function _deploy() private {
        ChainRow[] memory rows = new ChainRow[](SIDES);
        for (uint256 side = 0; side < SIDES; ++side) {
            rows[side] =
                ChainRow(chainIds[side], eids[side], lz[side].endpoint, keccak256(abi.encode(_wiring(side))));
        }
        bytes[5] memory code = [
            vm.getCode("SettlementCoordinator.sol:SettlementCoordinator"),
            vm.getCode("KeystoneEscrow.sol:KeystoneEscrow"),
            vm.getCode("ComplianceRegistry.sol:ComplianceRegistry"),
            vm.getCode("LayerZeroMessenger.sol:LayerZeroMessenger"),
            vm.getCode("KeystoneEscrowExtension.sol:KeystoneEscrowExtension")
        ];
        bytes32[5] memory hashes;
        for (uint256 i = 0; i < code.length; ++i) {
            hashes[i] = keccak256(code[i]);
        }

        _on(HOME);
        IKeystoneRoot root = IKeystoneRoot(
            LayerZeroChain.create(
                abi.encodePacked(vm.getCode("KeystoneRoot.sol:KeystoneRoot"), abi.encode(chainIds[HOME], rows, hashes))
            )
        );
        for (uint256 i = 0; i < code.length; ++i) {
            root.deploy(Child(i), code[i]);
        }
        coordinator = ISettlementCoordinator(root.addressOf(Child.COORDINATOR));
        registry = IComplianceRegistry(root.addressOf(Child.REGISTRY));
        escrow[HOME] = IKeystoneEscrow(root.addressOf(Child.ESCROW));
        messenger[HOME] = ILayerZeroMessenger(root.addressOf(Child.MESSENGER));

        _on(AWAY);
        SecondChainRoot second =
            new SecondChainRoot(chainIds[HOME], rows, address(coordinator));
        for (uint256 i = 0; i < code.length; ++i) {
            if (_livesEverywhere(Child(i))) second.expect(Child(i), hashes[i]);
        }
        for (uint256 i = 0; i < code.length; ++i) {
            if (_livesEverywhere(Child(i))) second.deploy(Child(i), code[i]);
        }
        escrow[AWAY] = IKeystoneEscrow(second.addressOf(Child.ESCROW));
        messenger[AWAY] = ILayerZeroMessenger(second.addressOf(Child.MESSENGER));
    }

    function _livesEverywhere(Child child) private pure returns (bool) {
        return child != Child.COORDINATOR && child != Child.REGISTRY;
    }

    function _endow(uint256 side) private {
        for (uint256 i = 0; i < TOKENS; ++i) {
            for (uint256 wallet = ALICE; wallet <= CAROL; ++wallet) {
                token[side][i].mint(who[wallet], INITIAL_BALANCE);
                vm.prank(who[wallet]);
                token[side][i].approve(address(escrow[side]), type(uint256).max);
            }
        }
    }
}
