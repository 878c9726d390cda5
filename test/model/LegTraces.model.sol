// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { LegState } from "./LegState.model.sol";

/// @title Where traces of one leg begin
abstract contract LegTraces is LegState {
    /// @dev Deposited, and nothing else.
    function isDeposited() internal view returns (bool) {
        return !locked && isUntouched();
    }

    function isLocked() internal view returns (bool) {
        return locked && isUntouched();
    }

    function isUntouched() private view returns (bool) {
        return !expired && verdict == Verdict.NONE && !waived && redirected == 0 && payments == 0 && paidTo == 0
            && inTheRightOf == 0 && !cleared;
    }
}
