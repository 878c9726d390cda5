// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Why a ruleset cannot be registered
/// @notice Listed in the order in which they are checked; the lowest position at fault is named.
interface IRulesetErrors {
    /// @notice There must be 1 to 16 states and 1 to 64 edges.
    error Ruleset_Size(uint256 states, uint256 edges);
    /// @notice The state has no name, or that of an earlier state.
    error Ruleset_StateName(uint256 state);
    /// @notice There must be exactly one initial state.
    error Ruleset_Kinds(uint256 initialStates);
    /// @notice The edge names a state that is not there.
    error Ruleset_UnknownState(uint256 edge);
    /// @notice No edge with this gate may join states of these kinds.
    error Ruleset_Edge(uint256 edge);
    /// @notice An earlier edge leaves the same state by the same gate (by MANUAL: to the same state).
    error Ruleset_RepeatedEdge(uint256 edge);
    /// @notice More than one edge that is neither MANUAL nor leads to a failed state leaves the state.
    error Ruleset_ForwardEdges(uint256 state);
    /// @notice A state before executing has no TIMEOUT edge.
    error Ruleset_NoTimeout(uint256 state);
    /// @notice An executing state has no RELEASED edge.
    error Ruleset_NoRelease(uint256 state);
    /// @notice The state lies on a cycle or leads into one.
    error Ruleset_Cyclic(uint256 state);
    /// @notice No path leads from the initial state to this one.
    error Ruleset_Unreachable(uint256 state);
    /// @notice A path to this deposit state goes by no COMPLIANCE_CLEARED edge.
    error Ruleset_ComplianceSkipped(uint256 state);
    /// @notice The ruleset has a PARENT_FINALIZED edge, and a path to this deposit state goes by none.
    error Ruleset_ParentSkipped(uint256 state);
}
