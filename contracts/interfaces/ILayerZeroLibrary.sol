// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice How LayerZero's send and receive libraries (ULN 302) encode who verifies a path.
/// @dev 255 as a count is LayerZero's "none"; 0 would mean its changeable default.
struct UlnConfig {
    uint64 confirmations;
    uint8 requiredDVNCount;
    uint8 optionalDVNCount;
    uint8 optionalDVNThreshold;
    address[] requiredDVNs;
    address[] optionalDVNs;
}

/// @notice How LayerZero's send library encodes who executes a path.
struct ExecutorConfig {
    uint32 maxMessageSize;
    address executor;
}

/// @title What the libraries say of an application's own settings, before LayerZero's defaults fill the gaps
interface ILayerZeroLibrary {
    function getAppUlnConfig(address oapp, uint32 remoteEid) external view returns (UlnConfig memory);

    function executorConfigs(address oapp, uint32 remoteEid)
        external
        view
        returns (uint32 maxMessageSize, address executor);
}

/// @title What the endpoint says and LayerZero's own interface leaves out
interface ILayerZeroDelegates {
    function delegates(address oapp) external view returns (address delegate);
}
