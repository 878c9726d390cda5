// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IComplianceRegistry } from "../../../contracts/interfaces/IComplianceRegistry.sol";
import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { IKeystoneEscrow } from "../../../contracts/interfaces/IKeystoneEscrow.sol";
import { ILayerZeroMessenger } from "../../../contracts/interfaces/ILayerZeroMessenger.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { LedgerToken } from "./LedgerToken.sol";
import { Rule } from "./Rule.sol";

/// @notice What must have moved, by the state of every leg. Indices are side, token, account of the cast.
struct Totals {
    uint256[13][2][2] paidIn;
    uint256[13][2][2] received;
    /// Deposited or owed, and still in the escrow.
    uint256[2][2] unpaid;
}

/// @title What the handler tells and does for those who judge it
interface IWorld {
    function acts() external view returns (bytes4[] memory);
    function trades() external view returns (uint256);
    function who(uint256 account) external view returns (address);

    function coordinator() external view returns (ISettlementCoordinator);
    function registry() external view returns (IComplianceRegistry);
    function escrow(uint256 side) external view returns (IKeystoneEscrow);
    function messenger(uint256 side) external view returns (ILayerZeroMessenger);
    function token(uint256 side, uint256 tokenIndex) external view returns (LedgerToken);

    // What was last seen
    function broken(Rule rule) external view returns (bool);
    function brokenBy(Rule rule) external view returns (uint256 trade);
    function settlementOf(uint256 trade) external view returns (ISettlementCoordinator.Record memory);
    function escrowOf(uint256 trade, uint256 side) external view returns (IEscrowBase.Record memory);
    function statusesOf(uint256 trade) external view returns (IEscrowBase.LegStatus[] memory);
    /// @notice One bit for each chain that has a leg.
    function sidesOf(uint256 trade) external view returns (uint8);
    function facts() external view returns (uint256);

    // The books
    function totals() external view returns (Totals memory);
    function donated(uint256 side, uint256 tokenIndex) external view returns (uint256);
    /// @notice By the token's own books, whether the leg's amount has come to its recipient, and whether it has gone back.
    function whereIs(uint256 trade, uint256 leg) external view returns (bool arrived, bool back);

    // What is known; masks have one bit for each party
    /// @notice Whose wallet somebody has told to that chain's escrow.
    function knownOn(uint256 trade, uint256 side) external view returns (uint256);
    /// @notice Whose wallet the escrow tells.
    function walletsOn(uint256 trade, uint256 side) external view returns (uint256);
    /// @notice Of whom it tells another wallet than the committed one.
    function strangersOn(uint256 trade, uint256 side) external view returns (uint256);
    /// @notice The first attester of whom the registry tells another word than it gave; the highest number for none.
    function misquoted(uint256 trade) external view returns (uint256 attester);

    // The end
    /// @notice Every deadline passes on both chains, every message arrives, and a stranger calls whatever anyone may call.
    function end() external;
    /// @notice Every issuer lets go of its token.
    function appease() external;
    /// @notice The first leg that was deposited and is not paid, or whose fees are not; among sound tokens and unfrozen wallets only, if told so.
    function stuck(bool soundOnly) external view returns (bool found, uint256 trade, uint256 leg);
    /// @notice The first settlement that was created and has not come to one of its ends.
    function unfinished() external view returns (bool found, uint256 trade);
}
