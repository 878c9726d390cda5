// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { PathWiring, Wiring } from "../../../contracts/types/Deployment.sol";
import { ExecutorConfig, UlnConfig } from "../../../contracts/interfaces/ILayerZeroLibrary.sol";
import { ILayerZeroEndpointV2 } from
    "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { vm } from "../support/Vm.sol";

/// @dev What the owner of LayerZero's send and receive libraries sets.
interface ILibraryOwner {
    struct UlnDefault {
        uint32 eid;
        UlnConfig config;
    }

    struct ExecutorDefault {
        uint32 eid;
        ExecutorConfig config;
    }

    function setTreasury(address treasury) external;
    function setDefaultExecutorConfigs(ExecutorDefault[] calldata params) external;
    function setDefaultUlnConfigs(UlnDefault[] calldata params) external;
}

/// @dev What verifiers and anyone call at the receive library.
interface IReceiveUln {
    function verify(bytes calldata packetHeader, bytes32 payloadHash, uint64 confirmations) external;
    function commitVerification(bytes calldata packetHeader, bytes32 payloadHash) external;
}

/// @notice LayerZero's own contracts on one chain, and who works there.
struct LayerZero {
    uint32 eid;
    address endpoint;
    address sendLibrary;
    address receiveLibrary;
    address[] sendVerifiers;
    address[] receiveVerifiers;
    address executor;
}

/// @title Deploys EndpointV2, SendUln302 and ReceiveUln302 from their package, as LayerZero's owner does
library LayerZeroChain {
    string private constant PACKAGE = "node_modules/@layerzerolabs/lz-evm-";
    uint64 internal constant CONFIRMATIONS = 2;
    uint32 private constant MAX_MESSAGE_SIZE = 10_000;

    function deploy(uint32 eid, uint32 remoteEid, address verifierA, address verifierB)
        internal
        returns (LayerZero memory lz)
    {
        lz.eid = eid;
        lz.endpoint = create(
            abi.encodePacked(
                _codeOf("protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json"),
                abi.encode(eid, address(this))
            )
        );
        lz.sendLibrary =
            create(abi.encodePacked(_library("SendUln302"), abi.encode(lz.endpoint, uint256(100_000), uint256(1 ether))));
        lz.receiveLibrary = create(abi.encodePacked(_library("ReceiveUln302"), abi.encode(lz.endpoint)));
        bytes memory worker = vm.getCode("MessageWorker.sol:MessageWorker");
        lz.sendVerifiers = ascending(create(worker), create(worker));
        lz.receiveVerifiers = ascending(verifierA, verifierB);
        lz.executor = create(worker);
        _setDefaults(lz, remoteEid, create(worker));
    }

    /// @notice The promised setting of the one path.
    function wiring(LayerZero memory lz, uint32 remoteEid) internal pure returns (Wiring memory result) {
        result.paths = new PathWiring[](1);
        result.paths[0] = PathWiring(
            remoteEid,
            lz.sendLibrary,
            lz.receiveLibrary,
            CONFIRMATIONS,
            lz.sendVerifiers,
            CONFIRMATIONS,
            lz.receiveVerifiers,
            lz.executor,
            MAX_MESSAGE_SIZE
        );
    }

    function create(bytes memory initCode) internal returns (address account) {
        assembly ("memory-safe") {
            account := create(0, add(initCode, 0x20), mload(initCode))
        }
        require(account != address(0), "not created");
    }

    /// @dev One verifier alone is every path's default: a messenger that fell back to it would be half as safe.
    function _setDefaults(LayerZero memory lz, uint32 remoteEid, address treasury) private {
        ILibraryOwner.ExecutorDefault[] memory executors = new ILibraryOwner.ExecutorDefault[](1);
        executors[0] = ILibraryOwner.ExecutorDefault(remoteEid, ExecutorConfig(MAX_MESSAGE_SIZE, lz.executor));
        ILibraryOwner(lz.sendLibrary).setTreasury(treasury);
        ILibraryOwner(lz.sendLibrary).setDefaultExecutorConfigs(executors);
        ILibraryOwner(lz.sendLibrary).setDefaultUlnConfigs(_weak(remoteEid, lz.sendVerifiers[0]));
        ILibraryOwner(lz.receiveLibrary).setDefaultUlnConfigs(_weak(remoteEid, lz.receiveVerifiers[0]));
        ILayerZeroEndpointV2 endpoint = ILayerZeroEndpointV2(lz.endpoint);
        endpoint.registerLibrary(lz.sendLibrary);
        endpoint.registerLibrary(lz.receiveLibrary);
        endpoint.setDefaultSendLibrary(remoteEid, lz.sendLibrary);
        endpoint.setDefaultReceiveLibrary(remoteEid, lz.receiveLibrary, 0);
    }

    function _weak(uint32 remoteEid, address verifier)
        private
        pure
        returns (ILibraryOwner.UlnDefault[] memory defaults)
    {
        address[] memory one = new address[](1);
        one[0] = verifier;
        defaults = new ILibraryOwner.UlnDefault[](1);
        defaults[0] = ILibraryOwner.UlnDefault(remoteEid, UlnConfig(1, 1, 0, 0, one, new address[](0)));
    }

    function _library(string memory name) private view returns (bytes memory) {
        return _codeOf(
            string.concat("messagelib-v2/artifacts/contracts/uln/uln302/", name, ".sol/", name, ".json")
        );
    }

    function _codeOf(string memory path) private view returns (bytes memory) {
        return vm.parseJsonBytes(vm.readFile(string.concat(PACKAGE, path)), ".bytecode");
    }

    function ascending(address a, address b) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = a < b ? (a, b) : (b, a);
    }
}
