// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title How much gas an attempt must have had before its failure counts
/// @notice Whoever calls chooses the gas. Without a floor a caller could starve a good transfer and have it booked as failed.
/// @dev The largest claim (one leg, 4 fees) needs 5 floors after the 63/64 rule, 10.2 million gas: below the 2^24 that a transaction may
/// have (EIP-7825), with 6 million left for a leg transfer that needs more than the floor.
library GasFloor {
    uint256 internal constant FLOOR = 2_000_000;
    /// @dev One fee attempt: the floor, the 64th that stays behind, and what is spent around the call.
    uint256 internal constant STEP = FLOOR + FLOOR / 63 + 40_000;
    /// @dev A settlement of more legs than this is judged as if it had as many: more would not fit into a transaction.
    uint256 private constant MAX_COUNTED_LEGS = 4;

    /// @notice Whether a call that was given all of `gasBefore` could use the floor.
    function covers(uint256 gasBefore, uint256 floor) internal pure returns (bool) {
        return gasBefore - gasBefore / 64 >= floor;
    }

    /// @notice The floor of a frame that pays all of a settlement's legs.
    function ofLegs(uint256 legs) internal pure returns (uint256) {
        return FLOOR * (legs < MAX_COUNTED_LEGS ? legs : MAX_COUNTED_LEGS);
    }
}
