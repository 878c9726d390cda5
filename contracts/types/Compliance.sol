// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice An attester's word about one commitment. None means no word.
enum ComplianceStatus {
    None,
    Pass,
    Flagged,
    Fail,
    Revoked
}

/// @notice What all named attesters together say about all parties of a settlement.
enum Clearance {
    PENDING,
    CLEARED,
    FAILED
}
