// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Verdict } from "./Terms.sol";

/// @notice What an escrow stores of a settlement, in one slot; most settlements need no other but for a second wallet.
/// @dev Lowest bit first: the wallet of the first party that was opened on this chain and its index, the verdict, four masks with one
/// bit per leg index, two flags.
type Entry is uint256;

using EntryLib for Entry global;

library EntryLib {
    uint256 private constant PARTY_AT = 160;
    uint256 private constant VERDICT_AT = PARTY_AT + 8;
    uint256 private constant DEPOSITED_AT = VERDICT_AT + 8;
    uint256 private constant PAID_AT = DEPOSITED_AT + 16;
    uint256 private constant CLAIMABLE_AT = PAID_AT + 16;
    uint256 private constant WAIVED_AT = CLAIMABLE_AT + 16;
    uint256 private constant LOCKED = 1 << (WAIVED_AT + 16);
    uint256 private constant REDIRECTED = LOCKED << 1;

    /// @notice Of the first party that was opened; zero while there is none.
    function firstWallet(Entry entry) internal pure returns (address) {
        return address(uint160(Entry.unwrap(entry)));
    }

    function firstParty(Entry entry) internal pure returns (uint8) {
        return uint8(Entry.unwrap(entry) >> PARTY_AT);
    }

    function verdict(Entry entry) internal pure returns (Verdict) {
        return Verdict(uint8(Entry.unwrap(entry) >> VERDICT_AT));
    }

    function deposited(Entry entry) internal pure returns (uint16) {
        return uint16(Entry.unwrap(entry) >> DEPOSITED_AT);
    }

    function paid(Entry entry) internal pure returns (uint16) {
        return uint16(Entry.unwrap(entry) >> PAID_AT);
    }

    function claimable(Entry entry) internal pure returns (uint16) {
        return uint16(Entry.unwrap(entry) >> CLAIMABLE_AT);
    }

    function waived(Entry entry) internal pure returns (uint16) {
        return uint16(Entry.unwrap(entry) >> WAIVED_AT);
    }

    function isLocked(Entry entry) internal pure returns (bool) {
        return Entry.unwrap(entry) & LOCKED != 0;
    }

    /// @notice Whether every leg was locked and has left the escrow, so that nobody is owed one any more.
    function isSpent(Entry entry) internal pure returns (bool) {
        return entry.isLocked() && entry.paid() == entry.deposited();
    }

    /// @notice Whether some leg was redirected.
    function isRedirected(Entry entry) internal pure returns (bool) {
        return Entry.unwrap(entry) & REDIRECTED != 0;
    }

    /// @dev Only while there is no first wallet.
    function withFirst(Entry entry, uint8 party, address wallet) internal pure returns (Entry) {
        return Entry.wrap(Entry.unwrap(entry) | uint256(party) << PARTY_AT | uint160(wallet));
    }

    /// @dev Only while there is no verdict.
    function withVerdict(Entry entry, Verdict verdict_) internal pure returns (Entry) {
        return Entry.wrap(Entry.unwrap(entry) | uint256(verdict_) << VERDICT_AT);
    }

    function withDeposited(Entry entry, uint256 legs) internal pure returns (Entry) {
        return Entry.wrap(Entry.unwrap(entry) | legs << DEPOSITED_AT);
    }

    function withPaid(Entry entry, uint256 legs) internal pure returns (Entry) {
        return Entry.wrap((Entry.unwrap(entry) | legs << PAID_AT) & ~(legs << CLAIMABLE_AT));
    }

    /// @notice Takes `withPaid` back and books the failure.
    function withClaimable(Entry entry, uint256 legs) internal pure returns (Entry) {
        return Entry.wrap((Entry.unwrap(entry) | legs << CLAIMABLE_AT) & ~(legs << PAID_AT));
    }

    function withWaived(Entry entry, uint256 legs) internal pure returns (Entry) {
        return Entry.wrap(Entry.unwrap(entry) | legs << WAIVED_AT);
    }

    function withLock(Entry entry) internal pure returns (Entry) {
        return Entry.wrap(Entry.unwrap(entry) | LOCKED);
    }

    function withRedirect(Entry entry) internal pure returns (Entry) {
        return Entry.wrap(Entry.unwrap(entry) | REDIRECTED);
    }
}
