// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The contracts of a deployment, in the order of their init-code hashes.
enum Child {
    COORDINATOR,
    ESCROW,
    REGISTRY,
    MESSENGER,
    ESCROW_EXTENSION
}

/// @notice One chain of a deployment. Its row number is its bit in lock and release masks.
/// @dev `wiringHash` is keccak256(abi.encode(Wiring)) of the messenger on that chain. At most 8 rows.
struct ChainRow {
    uint64 chainId;
    uint32 eid;
    address endpoint;
    bytes32 wiringHash;
}

/// @notice What the messenger of one chain sets at the LayerZero endpoint for the path to another chain.
/// @dev Verifiers are strictly ascending addresses of independent operators; there are no optional ones.
struct PathWiring {
    uint32 eid;
    address sendLibrary;
    address receiveLibrary;
    uint64 sendConfirmations;
    address[] sendVerifiers;
    uint64 receiveConfirmations;
    address[] receiveVerifiers;
    address executor;
    uint32 maxMessageSize;
}

/// @notice All paths of one chain: on the coordinator's chain one to every other row, elsewhere one to the coordinator's.
struct Wiring {
    PathWiring[] paths;
}

/// @notice What a message between two chains of the deployment says.
enum MessageKind {
    LOCKED,
    VERDICT,
    RELEASED
}
