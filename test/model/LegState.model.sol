// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Who is paid, as a state machine that a solver proves
/// @notice One deposited leg of one escrow: lock, expiry, verdict, waiver, redirection and payment, in any order. Wallets are numbers.
/// @dev Whether the verdicts of several escrows agree is proved in `Settlement`; here any verdict may come that an escrow obeys.
abstract contract LegState {
    enum Verdict {
        NONE,
        EXECUTE,
        ROLLBACK
    }

    uint256 internal constant DEPOSITOR = 1;
    uint256 internal constant RECIPIENT = 2;

    bool internal locked;
    bool internal expired;
    Verdict internal verdict;
    bool internal waived;
    /// @dev The wallet that a redirection put in the place of the one who is owed; zero for none.
    uint256 internal redirected;

    uint256 internal payments;
    uint256 internal paidTo;

    // What no contract stores, but the promise speaks of: in whose right the redirection was made, and whether attesters cleared it.
    uint256 internal inTheRightOf;
    bool internal cleared;

    // ---------------------------------------------------------------- promise

    /// @notice Paid once at most, and to nobody but the one who is owed or a wallet that this one named and attesters cleared.
    function paidRightly() internal view returns (bool) {
        return payments <= 1 && (payments == 0 || paidTo == owed() || (paidTo == redirected && cleared && inTheRightOf == owed()));
    }

    /// @notice What every step keeps.
    function invariant() internal view returns (bool) {
        return payments <= 1 && (payments == 0 || paidTo == payee()) && (payments == 0 || isDecided())
            && (redirected == 0 || (cleared && inTheRightOf == owed() && isDecided()))
            && (!locked || !expired) && (!waived || locked) && (verdict != Verdict.EXECUTE || locked);
    }

    // ---------------------------------------------------------------- what the escrow knows

    function isDecided() internal view returns (bool) {
        return waived || verdict != Verdict.NONE || expired;
    }

    /// @dev The recipient after EXECUTE, unless it has waived; the depositor otherwise.
    function owed() internal view returns (uint256) {
        return verdict == Verdict.EXECUTE && !waived ? RECIPIENT : DEPOSITOR;
    }

    function payee() internal view returns (uint256) {
        return redirected != 0 ? redirected : owed();
    }

    /// @dev In whose right a caller acts who holds a right to this leg at all.
    function rightOf(uint256 caller) internal view returns (uint256) {
        return redirected != 0 && caller == redirected ? inTheRightOf : caller;
    }

    // ---------------------------------------------------------------- steps

    function lock() internal {
        require(!locked && !expired && verdict == Verdict.NONE);
        locked = true;
    }

    /// @dev The deposit deadline comes.
    function expire() internal {
        require(!locked);
        expired = true;
    }

    function record(Verdict said) internal {
        require(verdict == Verdict.NONE && said != Verdict.NONE && (said != Verdict.EXECUTE || locked));
        verdict = said;
    }

    /// @dev By the one who loses by it, at any time but after ROLLBACK, when there is nothing to waive. It drops a redirection.
    function waive(uint256 caller) internal {
        require(locked && payments == 0 && !waived && verdict != Verdict.ROLLBACK);
        require(caller == (redirected != 0 ? redirected : RECIPIENT));
        waived = true;
        redirected = 0;
    }

    /// @dev By the one who would be paid.
    function redirect(uint256 caller, uint256 wallet, bool attested) internal {
        require(payments == 0 && isDecided() && caller == payee());
        require(wallet != 0 && attested);
        name(caller, wallet, attested);
    }

    function pay() internal {
        require(payments == 0 && isDecided());
        paidTo = payee();
        payments += 1;
    }

    function name(uint256 caller, uint256 wallet, bool attested) internal {
        inTheRightOf = rightOf(caller);
        cleared = attested;
        redirected = wallet;
    }
}
