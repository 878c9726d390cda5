// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Entry } from "../../contracts/types/Entry.sol";
import { Verdict } from "../../contracts/types/Terms.sol";

/// @title What an escrow stores of a settlement: each write changes its own fields and no other, whatever is stored
contract EntryProof {
    uint256 private constant WALLET = (1 << 168) - 1;
    uint256 private constant VERDICT = 0xff << 168;
    uint256 private constant DEPOSITED = 0xffff << 176;
    uint256 private constant PAID = 0xffff << 192;
    uint256 private constant CLAIMABLE = 0xffff << 208;
    uint256 private constant WAIVED = 0xffff << 224;
    uint256 private constant LOCKED = 1 << 240;
    uint256 private constant REDIRECTED = 1 << 241;

    function check_openingIsKept(uint256 word, uint8 party, address wallet) external pure {
        if (word & WALLET != 0) return;
        Entry opened = Entry.wrap(word).withFirst(party, wallet);
        assert(opened.firstWallet() == wallet && opened.firstParty() == party);
        same(word, opened, WALLET);
    }

    function check_storedVerdictIsKept(uint256 word, uint8 verdict) external pure {
        if (verdict > uint8(type(Verdict).max) || word & VERDICT != 0) return;
        Entry decided = Entry.wrap(word).withVerdict(Verdict(verdict));
        assert(decided.verdict() == Verdict(verdict));
        same(word, decided, VERDICT);
    }

    function check_depositsOnlyGrow(uint256 word, uint16 legs) external pure {
        Entry entry = Entry.wrap(word);
        assert(entry.withDeposited(legs).deposited() == entry.deposited() | legs);
        assert(entry.withWaived(legs).waived() == entry.waived() | legs);
        same(word, entry.withDeposited(legs), DEPOSITED);
        same(word, entry.withWaived(legs), WAIVED);
    }

    function check_paidIsNotClaimable(uint256 word, uint16 legs) external pure {
        Entry entry = Entry.wrap(word);
        Entry paid = entry.withPaid(legs);
        assert(paid.paid() == entry.paid() | legs && paid.claimable() == entry.claimable() & ~legs);
        same(word, paid, PAID | CLAIMABLE);
        Entry failed = paid.withClaimable(legs);
        assert(failed.paid() == entry.paid() & ~legs && failed.claimable() == entry.claimable() | legs);
        same(word, failed, PAID | CLAIMABLE);
    }

    function check_flagsAreSet(uint256 word) external pure {
        Entry entry = Entry.wrap(word);
        assert(entry.withLock().isLocked() && entry.withRedirect().isRedirected());
        same(word, entry.withLock(), LOCKED);
        same(word, entry.withRedirect(), REDIRECTED);
    }

    function check_spentOwesNothing(uint256 word, uint8 leg) external pure {
        Entry entry = Entry.wrap(word);
        if (leg > 15 || !entry.isSpent()) return;
        assert(entry.isLocked() && entry.deposited() & ~entry.paid() & (1 << leg) == 0);
    }

    function same(uint256 before, Entry after_, uint256 but) private pure {
        assert(before & ~but == Entry.unwrap(after_) & ~but);
    }

    function refute_payingKeepsTheClaims(uint256 word, uint16 legs) external pure {
        Entry entry = Entry.wrap(word);
        assert(entry.withPaid(legs).claimable() == entry.claimable());
    }
}
