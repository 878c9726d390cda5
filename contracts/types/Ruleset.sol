// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Content hash of a ruleset: keccak256(abi.encode(ruleset)).
type RulesetId is bytes32;

/// @notice What entering a state means. Entering EXECUTING writes EXECUTE, entering FAILED writes ROLLBACK.
enum StateKind {
    INITIAL,
    ACTIVE,
    DEPOSIT,
    EXECUTING,
    FINALIZED,
    FAILED
}

/// @notice The condition under which an edge may be taken.
/// @dev Appended to, never reordered: the values are part of a ruleset's content hash.
enum Gate {
    NONE,
    COMPLIANCE_CLEARED,
    COMPLIANCE_FAILED,
    DEPOSITS_LOCKED,
    RELEASED,
    TIMEOUT,
    MANUAL,
    CONSENT,
    PARENT_FINALIZED
}

/// @dev `name` is the state's name as right-padded ASCII, e.g. "AWAITING_DEPOSITS".
struct State {
    bytes32 name;
    StateKind kind;
}

/// @dev `from` and `to` are indices into `Ruleset.states`.
struct Edge {
    uint8 from;
    uint8 to;
    Gate gate;
}

/// @notice A state machine as data: registered once, shared by all settlements. At most 16 states and 64 edges.
struct Ruleset {
    State[] states;
    Edge[] edges;
}
