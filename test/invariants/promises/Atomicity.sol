// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { Terms } from "../../../contracts/types/Terms.sol";
import { LedgerToken } from "../world/LedgerToken.sol";
import { Rule } from "../world/Rule.sol";
import { Campaign } from "./Campaign.sol";

/// @title Promise 2: all or nothing, over both chains; and the steps that no leg takes
abstract contract AtomicityInvariants is Campaign {
    /// @notice RELEASED(i) implies that every other leg is LOCKED, RELEASED or WAIVED.
    function invariant_releasedAmongLockedReleasedWaived() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            IEscrowBase.LegStatus[] memory legs = world.statusesOf(trade);
            if (!_has(legs, IEscrowBase.LegStatus.RELEASED)) continue;
            for (uint256 i = 0; i < legs.length; ++i) {
                bool ok = legs[i] == IEscrowBase.LegStatus.LOCKED || legs[i] == IEscrowBase.LegStatus.RELEASED
                    || legs[i] == IEscrowBase.LegStatus.WAIVED;
                if (!ok) revert Holds("beside a released leg", trade, i);
            }
        }
    }

    /// @notice REFUNDED(i) implies that no other leg is RELEASED.
    function invariant_refundedAmongAnythingButReleased() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            IEscrowBase.LegStatus[] memory legs = world.statusesOf(trade);
            if (!_has(legs, IEscrowBase.LegStatus.REFUNDED)) continue;
            for (uint256 i = 0; i < legs.length; ++i) {
                if (legs[i] == IEscrowBase.LegStatus.RELEASED) revert Holds("beside a refunded leg", trade, i);
            }
        }
    }

    /// @notice By the tokens' own books: no settlement has a leg that reached its recipient and one that went back.
    function invariant_noTokenArrivesWhereAnotherWentBack() public view {
        for (uint256 trade = 0; trade < world.trades(); ++trade) {
            bool arrived = false;
            bool wentBack = false;
            IEscrowBase.LegStatus[] memory legs = world.statusesOf(trade);
            for (uint256 i = 0; i < legs.length; ++i) {
                (bool there, bool back) = world.whereIs(trade, i);
                if (legs[i] == IEscrowBase.LegStatus.WAIVED) {
                    if (there) revert Holds("waived and delivered", trade, i);
                    continue;
                }
                if (there && back) revert Holds("delivered and given back", trade, i);
                arrived = arrived || there;
                wentBack = wentBack || back;
            }
            if (arrived && wentBack) revert Holds("split", trade, 0);
        }
    }

    /// @notice LOCKED never becomes DEPOSITED or EMPTY again.
    function invariant_lockedNeverUnlocks() public view {
        _keeps(Rule.LOCKED_NEVER_UNLOCKS);
        _keeps(Rule.LOCK_IS_KEPT);
    }

    /// @notice DEPOSITED never becomes EMPTY again: a deposit is not forgotten.
    function invariant_depositedNeverEmpties() public view {
        _keeps(Rule.DEPOSITED_NEVER_EMPTIES);
        _keeps(Rule.DEPOSITS_ARE_KEPT);
    }

    /// @notice EMPTY never becomes REFUNDED: what was not paid in is not paid back.
    function invariant_emptyIsNeverRefunded() public view {
        _keeps(Rule.NOTHING_TO_REFUND);
    }

    /// @notice RELEASED becomes nothing else, and a payment is not forgotten.
    function invariant_releasedIsFinal() public view {
        _keeps(Rule.RELEASED_IS_FINAL);
        _keeps(Rule.PAYMENTS_ARE_KEPT);
    }

    /// @notice REFUNDED becomes nothing else.
    function invariant_refundedIsFinal() public view {
        _keeps(Rule.REFUNDED_IS_FINAL);
    }

    /// @notice WAIVED becomes nothing else, REFUNDED least of all.
    function invariant_waivedIsFinal() public view {
        _keeps(Rule.WAIVED_IS_FINAL);
    }

    /// @notice Only a leg's recipient, or the wallet that a redirect put in its place, waives it; only where it is locked and unpaid, and no
    /// ROLLBACK is known.
    function invariant_onlyTheRecipientWaives() public view {
        _keeps(Rule.WAIVER_IS_THE_RECIPIENTS);
        _keeps(Rule.WAIVER_IS_OF_A_LOCKED_LEG);
    }

    /// @notice Only who is owed a decided leg redirects it, with enough attesters' signatures that are in time.
    function invariant_redirectsAreCleared() public view {
        _keeps(Rule.REDIRECTS_ARE_CLEARED);
    }

    /// @notice A leg is released only where it is locked, and only after EXECUTE.
    function invariant_releaseIsDecided() public view {
        _keeps(Rule.RELEASE_IS_DECIDED);
    }

    /// @notice A leg is refunded only after ROLLBACK, or when it was not locked by `depositDeadline` of its own chain's clock.
    function invariant_refundIsDecided() public view {
        _keeps(Rule.REFUND_IS_DECIDED);
    }

    function _has(IEscrowBase.LegStatus[] memory legs, IEscrowBase.LegStatus status) private pure returns (bool) {
        for (uint256 i = 0; i < legs.length; ++i) {
            if (legs[i] == status) return true;
        }
        return false;
    }

    function _atomicity() internal view {
        invariant_releasedAmongLockedReleasedWaived();
        invariant_refundedAmongAnythingButReleased();
        invariant_noTokenArrivesWhereAnotherWentBack();
        invariant_lockedNeverUnlocks();
        invariant_depositedNeverEmpties();
        invariant_emptyIsNeverRefunded();
        invariant_releasedIsFinal();
        invariant_refundedIsFinal();
        invariant_waivedIsFinal();
        invariant_onlyTheRecipientWaives();
        invariant_redirectsAreCleared();
        invariant_releaseIsDecided();
        invariant_refundIsDecided();
    }
}
