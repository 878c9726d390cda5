// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a run has reached, for those who ask whether the runs went anywhere. The order is that of `scripts/deep/facts.ts`.
enum Fact {
    EXECUTED_ON_ONE_CHAIN,
    EXECUTED_ON_TWO_CHAINS,
    EXECUTED_AWAY_ALONE,
    CLOSING_EXECUTED,
    ROLLED_BACK,
    ROLLED_BACK_AFTER_A_LOCK,
    FINALIZED,
    LOCKED_AWAY,
    RELEASED_AWAY,
    REFUNDED_AFTER_A_LOCK,
    REFUNDED_BY_EXPIRY,
    WAIVED,
    REDIRECTED,
    CLAIMABLE,
    FEE_OWED,
    CALLED_BACK,
    DELIVERED_LATE_FIRST
}
