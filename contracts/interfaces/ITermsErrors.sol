// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Why terms are malformed
/// @notice Thrown by the coordinator at creation and by an escrow at deposit. Listed in the order in which they are checked; where a
/// fault lies in a list, the lowest position is named.
interface ITermsErrors {
    error Terms_NoLegs();
    /// @notice More than 16.
    error Terms_TooManyLegs(uint256 count);
    /// @notice More than 32.
    error Terms_TooManyParties(uint256 count);
    /// @notice More than 8.
    error Terms_TooManyAttesters(uint256 count);
    /// @notice The terms belong to another coordinator or another coordinator chain than this deployment's.
    error Terms_ForeignCoordinator(uint64 chainId, address coordinator);
    /// @notice `settleDeadline` is before `depositDeadline`.
    error Terms_DeadlineOrder(uint40 depositDeadline, uint40 settleDeadline);
    /// @notice `notBefore` is set and `parent` is not.
    error Terms_NotBeforeWithoutParent(uint40 notBefore);
    /// @notice `notBefore` is not before `depositDeadline`, so that there is no time to deposit.
    error Terms_NotBeforeTooLate(uint40 notBefore, uint40 depositDeadline);
    /// @notice The threshold is zero or above the number of attesters.
    error Terms_InvalidThreshold(uint256 threshold, uint256 attesters);
    /// @notice An attester is not above the one before it; the first is not above zero.
    error Terms_AttestersNotAscending(uint256 index);
    /// @notice The commitment at `index` occurs earlier in the list.
    error Terms_RepeatedParty(uint256 index);
    /// @notice The leg's chain has no row in this deployment.
    error Terms_UnknownChain(uint256 leg, uint64 chainId);
    /// @notice The leg names another escrow than this deployment's.
    error Terms_ForeignEscrow(uint256 leg, address escrow);
    /// @notice `from` or `to` of the leg is no position in the party list.
    error Terms_IndexOutOfRange(uint256 leg, uint256 index);
    error Terms_FromIsTo(uint256 leg);
    error Terms_ZeroAmount(uint256 leg);
    /// @notice More than 4.
    error Terms_TooManyFees(uint256 leg, uint256 count);
    /// @notice A fee recipient is zero, the escrow or the leg's token.
    error Terms_InvalidFeeRecipient(uint256 leg, uint256 fee, address recipient);
    error Terms_FeesExceedAmount(uint256 leg);
    /// @notice The leg says what its standard has no word for: ERC-721 takes amount 1 and no fees; a tokenId is of ERC-721 and ERC-1155
    /// alone, a partition of ERC-1400 alone.
    error Terms_StandardFields(uint256 leg);
    /// @notice abi.encode(terms) has more than 8,000 bytes, so that no message could carry it. Checked last.
    error Terms_TooLarge(uint256 size);
}
