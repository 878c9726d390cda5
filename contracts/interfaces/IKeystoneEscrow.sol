// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowCore } from "./IEscrowCore.sol";
import { IEscrowExtension } from "./IEscrowExtension.sol";

/// @title The escrow of one chain: lock, release, refund
/// @notice Holds deposits and moves them by the verdict alone. No owner, no admin, no pause, no upgrade.
/// A token leaves only to the committed recipient (less the declared fees), to the declared fee recipients, or back to its depositor.
/// @dev One address and one ABI. Two codes, because one would be too large: what the escrow's own does not have it delegates to its
/// sibling `KeystoneEscrowExtension`, whose address the root fixes like every other.
interface IKeystoneEscrow is IEscrowCore, IEscrowExtension { }
