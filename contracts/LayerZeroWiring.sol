// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroEndpointV2 } from
    "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { SetConfigParam } from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/IMessageLibManager.sol";
import { IKeystoneRoot } from "./interfaces/IKeystoneRoot.sol";
import {
    ExecutorConfig, ILayerZeroDelegates, ILayerZeroLibrary, UlnConfig
} from "./interfaces/ILayerZeroLibrary.sol";
import { ILayerZeroMessenger } from "./interfaces/ILayerZeroMessenger.sol";
import { MessageCodec } from "./libraries/MessageCodec.sol";
import { ChainRow, Child, PathWiring, Wiring } from "./types/Deployment.sol";

/// @title The wiring of one messenger: promised by the root's row, set once, read back, then closed for good
/// @notice There is no setter beside `wire`, no delegate, and nothing is left to LayerZero's changeable defaults. The peer of every path
/// is the messenger's own address, so there is no peer to set.
abstract contract LayerZeroWiring is ILayerZeroMessenger {
    enum Stage {
        NEW,
        WIRED,
        SEALED
    }

    uint32 private constant CONFIG_TYPE_EXECUTOR = 1;
    uint32 private constant CONFIG_TYPE_ULN = 2;
    /// @dev LayerZero's "none", as against 0, its "default".
    uint8 private constant NO_OPTIONAL_VERIFIERS = type(uint8).max;
    uint64 private constant NO_CONFIRMATIONS = type(uint64).max;
    uint256 private constant MIN_VERIFIERS = 2;
    uint256 private constant MAX_VERIFIERS = 127;

    /// @inheritdoc ILayerZeroMessenger
    address public immutable endpoint;

    uint64 internal immutable _coordinatorChainId;
    address internal immutable _coordinator;
    address internal immutable _escrow;
    uint32 internal immutable _localEid;
    bytes32 private immutable _wiringHash;

    /// @dev The paths of this chain in row order, two to a word, each as eid << 64 | chainId.
    uint256 private immutable _paths01;
    uint256 private immutable _paths23;
    uint256 private immutable _paths45;
    uint256 private immutable _paths67;
    uint256 private immutable _pathCount;

    Stage private _stage;

    constructor() {
        IKeystoneRoot root = IKeystoneRoot(msg.sender);
        uint64 coordinatorChainId = root.coordinatorChainId();
        ChainRow[] memory rows = root.rows();

        uint256[8] memory paths;
        uint256 count = 0;
        ChainRow memory own;
        for (uint256 i = 0; i < rows.length; ++i) {
            ChainRow memory row = rows[i];
            if (row.chainId == block.chainid) {
                own = row;
            } else if (block.chainid == coordinatorChainId || row.chainId == coordinatorChainId) {
                paths[count++] = uint256(row.eid) << 64 | row.chainId;
            }
        }

        endpoint = own.endpoint;
        _wiringHash = own.wiringHash;
        _localEid = own.eid;
        _coordinatorChainId = coordinatorChainId;
        _coordinator = root.addressOf(Child.COORDINATOR);
        _escrow = root.addressOf(Child.ESCROW);
        _paths01 = paths[0] << 128 | paths[1];
        _paths23 = paths[2] << 128 | paths[3];
        _paths45 = paths[4] << 128 | paths[5];
        _paths67 = paths[6] << 128 | paths[7];
        _pathCount = count;
    }

    /// @inheritdoc ILayerZeroMessenger
    function wire(Wiring calldata wiring) external {
        // Check
        if (_stage != Stage.NEW) revert LayerZeroMessenger_AlreadyWired();
        _checkPromise(wiring);
        if (wiring.paths.length != _pathCount) revert LayerZeroMessenger_InvalidWiring(_localEid, "paths");
        for (uint256 i = 0; i < wiring.paths.length; ++i) {
            _checkRules(wiring.paths[i], i);
        }

        // Effect
        _stage = Stage.WIRED;

        // Interaction
        ILayerZeroEndpointV2 lz = ILayerZeroEndpointV2(endpoint);
        for (uint256 i = 0; i < wiring.paths.length; ++i) {
            PathWiring calldata path = wiring.paths[i];
            lz.setSendLibrary(address(this), path.eid, path.sendLibrary);
            lz.setReceiveLibrary(address(this), path.eid, path.receiveLibrary, 0);
            SetConfigParam[] memory params = new SetConfigParam[](2);
            params[0] = SetConfigParam(path.eid, CONFIG_TYPE_EXECUTOR, abi.encode(_executorConfig(path)));
            params[1] = SetConfigParam(path.eid, CONFIG_TYPE_ULN, abi.encode(_sendConfig(path, NO_OPTIONAL_VERIFIERS)));
            lz.setConfig(address(this), path.sendLibrary, params);
            params = new SetConfigParam[](1);
            params[0] = SetConfigParam(path.eid, CONFIG_TYPE_ULN, abi.encode(_receiveConfig(path, NO_OPTIONAL_VERIFIERS)));
            lz.setConfig(address(this), path.receiveLibrary, params);
        }
        emit Wired(_wiringHash);
    }

    /// @inheritdoc ILayerZeroMessenger
    function seal(Wiring calldata wiring) external {
        if (_stage == Stage.SEALED) return;
        if (_stage == Stage.NEW) revert LayerZeroMessenger_NotWired();
        _checkPromise(wiring);

        // Check: without these two a delivered message would be recorded nowhere.
        if (_escrow.code.length == 0) revert LayerZeroMessenger_Differs(_localEid, "escrow");
        if (block.chainid == _coordinatorChainId && _coordinator.code.length == 0) {
            revert LayerZeroMessenger_Differs(_localEid, "coordinator");
        }
        ILayerZeroEndpointV2 lz = ILayerZeroEndpointV2(endpoint);
        if (lz.eid() != _localEid) revert LayerZeroMessenger_Differs(_localEid, "eid");
        // Fees are paid in the chain's own coin; an endpoint that charges a token instead could not be paid.
        if (lz.nativeToken() != address(0)) revert LayerZeroMessenger_Differs(_localEid, "nativeToken");
        if (ILayerZeroDelegates(endpoint).delegates(address(this)) != address(0)) {
            revert LayerZeroMessenger_Differs(_localEid, "delegate");
        }
        for (uint256 i = 0; i < wiring.paths.length; ++i) {
            _readBack(lz, wiring.paths[i]);
        }

        // Effect
        _stage = Stage.SEALED;
        emit Sealed();
    }

    /// @inheritdoc ILayerZeroMessenger
    function isWired() external view returns (bool) {
        return _stage != Stage.NEW;
    }

    /// @notice True once the paths are wired as promised and can never change again.
    function isSealed() public view returns (bool) {
        return _stage == Stage.SEALED;
    }

    /// @return eid The endpoint id at the other end of the sealed path to `chainId`.
    function _openPath(uint64 chainId) internal view returns (uint32 eid) {
        if (!isSealed()) revert LayerZeroMessenger_NotSealed();
        for (uint256 i = 0; i < _pathCount; ++i) {
            uint256 path = _path(i);
            if (uint64(path) == chainId) return uint32(path >> 64);
        }
        revert LayerZeroMessenger_NoPath(chainId);
    }

    /// @dev Who stands at the other end of every path: the messenger has one address on all chains.
    function _peer() internal view returns (bytes32) {
        return bytes32(uint256(uint160(address(this))));
    }

    /// @return chainId The chain at the other end of the path from `eid`; zero if there is none.
    function _chainOf(uint32 eid) internal view returns (uint64 chainId) {
        for (uint256 i = 0; i < _pathCount; ++i) {
            uint256 path = _path(i);
            if (uint32(path >> 64) == eid) return uint64(path);
        }
    }

    function _path(uint256 i) private view returns (uint256) {
        uint256 pair = i < 4 ? (i < 2 ? _paths01 : _paths23) : (i < 6 ? _paths45 : _paths67);
        return i % 2 == 0 ? pair >> 128 : uint128(pair);
    }

    function _checkPromise(Wiring calldata wiring) private view {
        bytes32 actual = keccak256(abi.encode(wiring));
        if (actual != _wiringHash) revert LayerZeroMessenger_WrongWiring(_wiringHash, actual);
    }

    /// @dev What the promise itself must keep to. Paths come in row order, so that there is one encoding of one wiring.
    function _checkRules(PathWiring calldata path, uint256 i) private view {
        uint32 eid = path.eid;
        if (eid != uint32(_path(i) >> 64)) revert LayerZeroMessenger_InvalidWiring(eid, "eid");
        if (path.sendLibrary == address(0)) revert LayerZeroMessenger_InvalidWiring(eid, "sendLibrary");
        if (path.receiveLibrary == address(0)) revert LayerZeroMessenger_InvalidWiring(eid, "receiveLibrary");
        if (path.executor == address(0)) revert LayerZeroMessenger_InvalidWiring(eid, "executor");
        if (path.maxMessageSize < MessageCodec.MAX_SIZE) revert LayerZeroMessenger_InvalidWiring(eid, "maxMessageSize");
        if (path.sendConfirmations == 0 || path.sendConfirmations == NO_CONFIRMATIONS) {
            revert LayerZeroMessenger_InvalidWiring(eid, "sendConfirmations");
        }
        if (path.receiveConfirmations == 0 || path.receiveConfirmations == NO_CONFIRMATIONS) {
            revert LayerZeroMessenger_InvalidWiring(eid, "receiveConfirmations");
        }
        if (!_areVerifiers(path.sendVerifiers)) revert LayerZeroMessenger_InvalidWiring(eid, "sendVerifiers");
        if (!_areVerifiers(path.receiveVerifiers)) revert LayerZeroMessenger_InvalidWiring(eid, "receiveVerifiers");
    }

    /// @dev At least two, strictly ascending: no zero, no duplicate.
    function _areVerifiers(address[] calldata verifiers) private pure returns (bool) {
        if (verifiers.length < MIN_VERIFIERS || verifiers.length > MAX_VERIFIERS) return false;
        address previous = address(0);
        for (uint256 i = 0; i < verifiers.length; ++i) {
            if (verifiers[i] <= previous) return false;
            previous = verifiers[i];
        }
        return true;
    }

    /// @dev Compares what the libraries will use (defaults filled in) and what is this messenger's own (so that none were).
    function _readBack(ILayerZeroEndpointV2 lz, PathWiring calldata path) private view {
        uint32 eid = path.eid;
        if (lz.getSendLibrary(address(this), eid) != path.sendLibrary || lz.isDefaultSendLibrary(address(this), eid)) {
            revert LayerZeroMessenger_Differs(eid, "sendLibrary");
        }
        (address receiveLibrary, bool isDefault) = lz.getReceiveLibrary(address(this), eid);
        if (receiveLibrary != path.receiveLibrary || isDefault) revert LayerZeroMessenger_Differs(eid, "receiveLibrary");
        (address oldLibrary, uint256 expiry) = lz.receiveLibraryTimeout(address(this), eid);
        if (oldLibrary != address(0) || expiry != 0) revert LayerZeroMessenger_Differs(eid, "receiveLibraryTimeout");

        bytes memory executor = abi.encode(_executorConfig(path));
        _compare(lz.getConfig(address(this), path.sendLibrary, eid, CONFIG_TYPE_EXECUTOR), executor, eid, "executor");
        (uint32 maxMessageSize, address executorAddress) =
            ILayerZeroLibrary(path.sendLibrary).executorConfigs(address(this), eid);
        _compare(abi.encode(ExecutorConfig(maxMessageSize, executorAddress)), executor, eid, "executor");

        bytes memory used = lz.getConfig(address(this), path.sendLibrary, eid, CONFIG_TYPE_ULN);
        _compare(used, abi.encode(_sendConfig(path, 0)), eid, "sendVerifiers");
        bytes memory own = abi.encode(ILayerZeroLibrary(path.sendLibrary).getAppUlnConfig(address(this), eid));
        _compare(own, abi.encode(_sendConfig(path, NO_OPTIONAL_VERIFIERS)), eid, "sendVerifiers");

        used = lz.getConfig(address(this), path.receiveLibrary, eid, CONFIG_TYPE_ULN);
        _compare(used, abi.encode(_receiveConfig(path, 0)), eid, "receiveVerifiers");
        own = abi.encode(ILayerZeroLibrary(path.receiveLibrary).getAppUlnConfig(address(this), eid));
        _compare(own, abi.encode(_receiveConfig(path, NO_OPTIONAL_VERIFIERS)), eid, "receiveVerifiers");
    }

    function _compare(bytes memory actual, bytes memory expected, uint32 eid, bytes32 what) private pure {
        if (keccak256(actual) != keccak256(expected)) revert LayerZeroMessenger_Differs(eid, what);
    }

    function _executorConfig(PathWiring calldata path) private pure returns (ExecutorConfig memory) {
        return ExecutorConfig(path.maxMessageSize, path.executor);
    }

    function _sendConfig(PathWiring calldata path, uint8 optionalCount) private pure returns (UlnConfig memory) {
        return _ulnConfig(path.sendConfirmations, path.sendVerifiers, optionalCount);
    }

    function _receiveConfig(PathWiring calldata path, uint8 optionalCount) private pure returns (UlnConfig memory) {
        return _ulnConfig(path.receiveConfirmations, path.receiveVerifiers, optionalCount);
    }

    /// @dev `optionalCount` is 255 in what is set, and 0 in what the library makes of it.
    function _ulnConfig(uint64 confirmations, address[] calldata verifiers, uint8 optionalCount)
        private
        pure
        returns (UlnConfig memory)
    {
        return UlnConfig(confirmations, uint8(verifiers.length), optionalCount, 0, verifiers, new address[](0));
    }
}
