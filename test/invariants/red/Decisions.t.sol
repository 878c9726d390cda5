// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ILayerZeroEndpointV2 } from
    "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import { IComplianceRegistry } from "../../../contracts/interfaces/IComplianceRegistry.sol";
import { IEscrowExtension } from "../../../contracts/interfaces/IEscrowExtension.sol";
import { ISettlementCoordinator } from "../../../contracts/interfaces/ISettlementCoordinator.sol";
import { ComplianceStatus } from "../../../contracts/types/Compliance.sol";
import { StateKind } from "../../../contracts/types/Ruleset.sol";
import { Verdict } from "../../../contracts/types/Terms.sol";
import { vm } from "../support/Vm.sol";
import { IReceiveUln } from "../world/LayerZeroChain.sol";
import { Damage } from "./Damage.sol";

/// @title Verdict, gates, words and messages, broken one by one
contract RedDecisionsTest is Damage {
    // ---------------------------------------------------------------- the one verdict

    function test_seesAVerdictThatChanges() public {
        _seesRed("invariant_verdictIsFinal", _changeVerdict);
    }

    function test_seesAnEscrowThatChangesItsVerdict() public {
        _seesRed("invariant_escrowKeepsItsVerdict", _changeEscrowsVerdict);
    }

    function test_seesAnotherVerdict() public {
        _seesRed("invariant_escrowsKnowNoOtherVerdict", _tellAwayToExecute);
    }

    function test_seesAStateWithoutItsVerdict() public {
        _seesRed("invariant_stateAndVerdictAgree", _executeSilently);
    }

    function test_seesAStepBack() public {
        _seesRed("invariant_statesFollowTheRuleset", _stepBack);
    }

    function test_seesACreationThatIsLost() public {
        _seesRed("invariant_creationIsKept", _forgetCreation);
    }

    function test_seesAReportThatIsLost() public {
        _seesRed("invariant_reportsAreKept", _forgetReport);
    }

    function test_seesANoOpThatFails() public {
        _seesRed("invariant_whatIsSoIsNoFault", _failNoOp);
    }

    function _changeVerdict() private {
        _tellSettlement(CROSS, 4, StateKind.EXECUTING, Verdict.EXECUTE, 3, 0);
        _tellSettlement(CROSS, 4, StateKind.EXECUTING, Verdict.ROLLBACK, 3, 0);
    }

    function _changeEscrowsVerdict() private {
        _tellEscrow(CROSS, AWAY, Verdict.ROLLBACK, false, 0, 0);
        _tellEscrow(CROSS, AWAY, Verdict.EXECUTE, false, 0, 0);
    }

    function _tellAwayToExecute() private {
        _tellEscrow(CROSS, AWAY, Verdict.EXECUTE, true, 2, 0);
    }

    function _executeSilently() private {
        _tellSettlement(CROSS, 4, StateKind.EXECUTING, Verdict.NONE, 3, 0);
    }

    function _stepBack() private {
        _tellSettlement(CROSS, 4, StateKind.EXECUTING, Verdict.EXECUTE, 3, 0);
        _tellSettlement(CROSS, 3, StateKind.DEPOSIT, Verdict.EXECUTE, 3, 0);
    }

    function _forgetCreation() private {
        _tellSettlement(CROSS, 0, StateKind.INITIAL, Verdict.NONE, 0, 0);
        _tell(CROSS, ISettlementCoordinator.Record(false, 0, StateKind.INITIAL, Verdict.NONE, 0, 0));
    }

    function _forgetReport() private {
        _tellSettlement(CROSS, 0, StateKind.INITIAL, Verdict.NONE, 1, 0);
        _tellSettlement(CROSS, 0, StateKind.INITIAL, Verdict.NONE, 0, 0);
    }

    function _failNoOp() private {
        world.create(3 * CROSS);
        bytes memory data = abi.encodeWithSelector(ISettlementCoordinator.createSettlement.selector);
        vm.mockCallRevert(address(world.coordinator()), data, "");
        world.create(3 * CROSS);
    }

    // ---------------------------------------------------------------- the gates

    function test_seesAnExecuteWithoutClearance() public {
        _seesRed("invariant_executeIsCleared", _execute);
    }

    function test_seesAnExecuteWithoutLocks() public {
        _seesRed("invariant_executeHasAllLocks", _execute);
    }

    function test_seesALateExecute() public {
        _seesRed("invariant_executeIsInTime", _executeLate);
    }

    function test_seesARollbackWithoutAGround() public {
        _seesRed("invariant_rollbackHasAGround", _rollBack);
    }

    function test_seesALockReportOfNothing() public {
        _seesRed("invariant_lockReportsAreTrue", _reportLock);
    }

    function test_seesAReleaseReportOfNothing() public {
        _seesRed("invariant_releaseReportsAreTrue", _reportRelease);
    }

    function test_seesAnEarlyEnd() public {
        _seesRed("invariant_finalizedIsReported", _finalize);
    }

    function test_seesAClosingBeforeItsOpening() public {
        _seesRed("invariant_closingFollowsOpening", _close);
    }

    function test_seesALockWithoutDeposits() public {
        _seesRed("invariant_lockIsComplete", _lock);
    }

    function test_seesALateLock() public {
        _seesRed("invariant_lockIsInTime", _lockLate);
    }

    function test_seesALateDeposit() public {
        _seesRed("invariant_depositsAreInTime", _depositLate);
    }

    function test_seesAnEarlyDeposit() public {
        _seesRed("invariant_depositsAreInTime", _depositEarly);
    }

    function test_seesADepositAfterTheVerdict() public {
        _seesRed("invariant_depositsAreInTime", _depositAfterVerdict);
    }

    function _execute() private {
        _tellSettlement(CROSS, 4, StateKind.EXECUTING, Verdict.EXECUTE, 0, 0);
    }

    function _executeLate() private {
        world.waitUntil(HOME, 3 * CROSS, 0, 1);
        _execute();
    }

    function _rollBack() private {
        _tellSettlement(CROSS, 6, StateKind.FAILED, Verdict.ROLLBACK, 0, 0);
    }

    function _reportLock() private {
        _tellSettlement(CROSS, 3, StateKind.DEPOSIT, Verdict.NONE, 2, 0);
    }

    function _reportRelease() private {
        _tellSettlement(CROSS, 3, StateKind.DEPOSIT, Verdict.NONE, 0, 1);
    }

    function _finalize() private {
        _tellSettlement(CROSS, 5, StateKind.FINALIZED, Verdict.EXECUTE, 3, 1);
    }

    function _close() private {
        _tellSettlement(CLOSING, 1, StateKind.ACTIVE, Verdict.NONE, 0, 0);
    }

    function _lock() private {
        _tellEscrow(CROSS, HOME, Verdict.NONE, true, 0, 0);
    }

    function _lockLate() private {
        world.waitUntil(HOME, 3 * CROSS, 1, 1);
        _lock();
    }

    function _depositLate() private {
        world.waitUntil(AWAY, 3 * CROSS, 1, 1);
        _tellEscrow(CROSS, AWAY, Verdict.NONE, false, 2, 0);
    }

    function _depositEarly() private {
        _tellEscrow(CLOSING, HOME, Verdict.NONE, false, 1, 0);
    }

    function _depositAfterVerdict() private {
        _tellEscrow(CROSS, AWAY, Verdict.ROLLBACK, false, 0, 0);
        _tellEscrow(CROSS, AWAY, Verdict.ROLLBACK, false, 2, 0);
    }

    // ---------------------------------------------------------------- words and messages

    function test_seesAWalletToldTooEarly() public {
        _seesRed("invariant_noWalletIsKnownTooEarly", _tellAlice);
    }

    function test_seesAnotherWallet() public {
        _seesRed("invariant_knownWalletsAreTheCommittedOnes", _tellStranger);
    }

    function test_seesAWordThatNobodyGave() public {
        _seesRed("invariant_registryKeepsEveryWord", _speakForAnAttester);
    }

    function test_seesAnOldWordAccepted() public {
        _seesRed("invariant_sequenceRises", _acceptAnOldWord);
    }

    function test_seesAVerdictWithoutAMessage() public {
        _seesRed("invariant_verdictsComeByMessage", _tellAwayToRollBack);
    }

    function test_seesAMessageThatLies() public {
        _seesRed("invariant_messagesAreTrue", _sendALie);
    }

    function test_seesAForgeryTaken() public {
        _seesRed("invariant_forgeriesAreRefused", _takeAForgery);
    }

    function test_seesAMessageThatBlocks() public {
        _seesRed("invariant_messagesNeverBlock", _block);
    }

    function test_seesAMessageThatCountsTwice() public {
        _seesRed("invariant_messagesCountOnce", _countTwice);
    }

    function _tellAlice() private {
        _tellWallet(world.who(0));
    }

    function _tellStranger() private {
        _tellWallet(world.who(9));
    }

    function _tellWallet(address wallet) private {
        bytes memory data = abi.encodeCall(IEscrowExtension.walletOf, (world.idOn(CROSS, AWAY), 0));
        vm.mockCall(address(world.escrow(AWAY)), data, abi.encode(wallet));
    }

    function _speakForAnAttester() private {
        bytes memory data = abi.encodeWithSelector(IComplianceRegistry.statementOf.selector);
        bytes memory word = abi.encode(new ComplianceStatus[](3), uint40(1), uint64(1));
        vm.mockCall(address(world.registry()), data, word);
    }

    function _acceptAnOldWord() private {
        bytes memory data = abi.encodeWithSelector(IComplianceRegistry.attest.selector);
        vm.mockCall(address(world.registry()), data, abi.encode(true));
        world.attest(3 * CROSS, 0, 0, 1_000, true);
    }

    function _tellAwayToRollBack() private {
        _tellEscrow(CROSS, AWAY, Verdict.ROLLBACK, false, 0, 0);
    }

    function _sendALie() private {
        _expire();
        bytes memory data = abi.encodeCall(ISettlementCoordinator.verdictOf, (world.idOn(CROSS, HOME)));
        vm.mockCall(address(world.coordinator()), data, abi.encode(Verdict.EXECUTE));
        world.dispatch(3 * CROSS, true, ALL_GAS);
    }

    function _takeAForgery() private {
        address library_ = _receiveLibrary();
        vm.mockCall(library_, abi.encodeWithSelector(IReceiveUln.commitVerification.selector), "");
        world.forge(3 * CROSS, HOME, 1, false);
    }

    function _block() private {
        _expire();
        world.dispatch(3 * CROSS, true, ALL_GAS);
        address endpoint = world.messenger(AWAY).endpoint();
        vm.mockCallRevert(endpoint, abi.encodeWithSelector(ILayerZeroEndpointV2.lzReceive.selector), "");
        world.deliver(1);
    }

    function _countTwice() private {
        address endpoint = world.messenger(AWAY).endpoint();
        vm.mockCall(endpoint, abi.encodeWithSelector(ILayerZeroEndpointV2.lzReceive.selector), "");
        world.redeliver(0, false);
    }

    /// @dev The cross-chain trade has its ROLLBACK.
    function _expire() private {
        world.waitUntil(HOME, 3 * CROSS, 0, 2);
        world.timeout(3 * CROSS);
    }

    function _receiveLibrary() private view returns (address library_) {
        address messenger = address(world.messenger(AWAY));
        (library_,) = ILayerZeroEndpointV2(world.messenger(AWAY).endpoint()).getReceiveLibrary(messenger, 40_161);
    }
}
