// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IEscrowBase } from "../../../contracts/interfaces/IEscrowBase.sol";
import { IEscrowCore } from "../../../contracts/interfaces/IEscrowCore.sol";
import { IEscrowExtension } from "../../../contracts/interfaces/IEscrowExtension.sol";
import { Verdict } from "../../../contracts/types/Terms.sol";
import { vm } from "../support/Vm.sol";
import { LedgerToken } from "../world/LedgerToken.sol";
import { Damage } from "./Damage.sol";

/// @title Destination, atomicity, exit and conservation, broken one by one
contract RedFundsTest is Damage {
    uint256 private constant BIT = 1 << 20;

    // ---------------------------------------------------------------- where tokens go

    function test_seesAPaymentThatNobodyIsOwed() public {
        _seesRed("invariant_everyAccountGetsWhatItIsOwed", _payAlice);
    }

    function test_seesAPaymentToAnybodyElse() public {
        _seesRed("invariant_nobodyElseGetsAnything", _payADeadAddress);
    }

    function test_seesAnAttesterThatIsPaid() public {
        _seesRed("invariant_officesGetNothing", _payAnAttester);
    }

    function test_seesTheSamePaidTwice() public {
        _seesRed("invariant_nothingIsPaidTwice", _payTwice);
    }

    function test_seesTheSamePaidToTwo() public {
        _seesRed("invariant_nothingIsPaidTwice", _payTwo);
    }

    function test_seesAFeeThatIsNotDeclared() public {
        _seesRed("invariant_feesAreTheDeclaredOnes", _payTheBroker);
    }

    function test_seesAPullFromAnotherWallet() public {
        _seesRed("invariant_onlyCommittedWalletsPay", _pullFromAlice);
    }

    function test_seesAPaymentWithoutADeposit() public {
        _seesRed("invariant_onlyDepositsArePaid", _payWithoutDeposit);
    }

    function test_seesADoorLeftOpen() public {
        _seesRed("invariant_strangersAreRefused", _openADoor);
    }

    function _payAlice() private {
        _steal(HOME, 0, world.who(0), BIT);
    }

    function _payADeadAddress() private {
        _steal(AWAY, 1, address(0xdead), 1);
    }

    function _payAnAttester() private {
        _steal(HOME, 1, world.who(5), 1);
    }

    function _payTwice() private {
        _deposit(WHOLE, 0);
        _steal(HOME, 0, world.who(1), BIT);
        _steal(HOME, 0, world.who(1), BIT);
    }

    function _payTwo() private {
        _deposit(WHOLE, 0);
        _steal(HOME, 0, world.who(1), BIT);
        _steal(HOME, 0, world.who(0), BIT);
    }

    function _payTheBroker() private {
        _steal(AWAY, 0, world.who(3), 1);
    }

    function _pullFromAlice() private {
        LedgerToken token = world.token(HOME, 0);
        (address escrow, address alice) = (address(world.escrow(HOME)), world.who(0));
        vm.prank(escrow);
        token.transferFrom(alice, escrow, BIT);
    }

    function _payWithoutDeposit() private {
        _tellEscrow(WHOLE, HOME, Verdict.NONE, false, 0, 1);
    }

    function _openADoor() private {
        vm.mockCall(address(world.escrow(HOME)), abi.encodeWithSelector(IEscrowCore.settle.selector), "");
        world.trespass(WHOLE, HOME, 0, 9);
    }

    // ---------------------------------------------------------------- legs

    function test_seesADepositBesideAReleasedLeg() public {
        _seesRed("invariant_releasedAmongLockedReleasedWaived", _releaseOne);
    }

    function test_seesReleasedBesideRefunded() public {
        _seesRed("invariant_refundedAmongAnythingButReleased", _split);
    }

    function test_seesTokensThatSplit() public {
        _seesRed("invariant_noTokenArrivesWhereAnotherWentBack", _splitTokens);
    }

    function test_seesAWaivedLegDelivered() public {
        _seesRed("invariant_noTokenArrivesWhereAnotherWentBack", _deliverWaived);
    }

    function test_seesALockThatOpens() public {
        _seesRed("invariant_lockedNeverUnlocks", _unlock);
    }

    function test_seesADepositThatVanishes() public {
        _seesRed("invariant_depositedNeverEmpties", _empty);
    }

    function test_seesARefundOfNothing() public {
        _seesRed("invariant_emptyIsNeverRefunded", _refundNothing);
    }

    function test_seesAReleaseTakenBack() public {
        _seesRed("invariant_releasedIsFinal", _takeReleaseBack);
    }

    function test_seesARefundTakenBack() public {
        _seesRed("invariant_refundedIsFinal", _takeRefundBack);
    }

    function test_seesAWaiverTakenBack() public {
        _seesRed("invariant_waivedIsFinal", _takeWaiverBack);
    }

    function test_seesAWaiverThatNobodyMade() public {
        _seesRed("invariant_onlyTheRecipientWaives", _waiveForAnother);
    }

    function test_seesARedirectThatNobodyCleared() public {
        _seesRed("invariant_redirectsAreCleared", _redirectUncleared);
    }

    function test_seesAReleaseWithoutAVerdict() public {
        _seesRed("invariant_releaseIsDecided", _releaseOne);
    }

    function test_seesARefundBeforeItsTime() public {
        _seesRed("invariant_refundIsDecided", _refundEarly);
    }

    function _releaseOne() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.RELEASED);
    }

    function _split() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.RELEASED);
        _tellLeg(CROSS, AWAY, 1, IEscrowBase.LegStatus.REFUNDED);
    }

    /// @dev The bits of the cross-chain trade: the second of its token at home, the first away.
    function _splitTokens() private {
        _steal(HOME, 0, world.who(1), BIT << 1);
        _steal(AWAY, 0, world.who(1), BIT);
    }

    function _deliverWaived() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.WAIVED);
        _steal(HOME, 0, world.who(1), BIT << 1);
    }

    function _unlock() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.LOCKED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.DEPOSITED);
    }

    function _empty() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.DEPOSITED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.EMPTY);
    }

    function _refundNothing() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.REFUNDED);
    }

    function _takeReleaseBack() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.RELEASED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.LOCKED);
    }

    function _takeRefundBack() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.REFUNDED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.RELEASED);
    }

    function _takeWaiverBack() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.WAIVED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.REFUNDED);
    }

    function _waiveForAnother() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.LOCKED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.WAIVED);
    }

    function _redirectUncleared() private {
        vm.mockCall(address(world.escrow(HOME)), abi.encodeWithSelector(IEscrowExtension.redirect.selector), "");
        world.redirect(WHOLE, 0, 9, false, 0);
    }

    function _refundEarly() private {
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.DEPOSITED);
        _tellLeg(CROSS, HOME, 0, IEscrowBase.LegStatus.REFUNDED);
    }

    // ---------------------------------------------------------------- what escrows hold, and the end

    function test_seesASeizure() public {
        _seesRed("invariant_escrowsHoldWhatIsUnpaid", _seize);
    }

    function test_seesWhatIsLeftBehind() public {
        _seesRed("invariant_escrowsHoldNothingElse", _leaveBehind);
    }

    function test_seesAnAllowance() public {
        _seesRed("invariant_noAllowanceIsGiven", _allow);
    }

    function test_seesValueThatIsKept() public {
        _seesRed("invariant_noValueIsKept", _keepValue);
    }

    /// @dev The end of a run uses up its world, so that what is sound and what is broken need one each.
    function test_endsWell() public {
        _deposit(WHOLE, 0);
        assertTrue(_holds("afterInvariant"), "the end is red before");
    }

    function test_seesWhatIsStuck() public {
        _stick();
        assertTrue(!_holds("afterInvariant"), "the end is blind");
    }

    function test_seesAnythingOfTheAbove() public {
        _seesRed("invariant_everyPromise", _leaveBehind);
    }

    function _seize() private {
        _deposit(WHOLE, 0);
        world.token(HOME, 0).seize(address(world.escrow(HOME)), address(0xdead), 1);
    }

    function _leaveBehind() private {
        world.token(AWAY, 0).mint(address(world.escrow(AWAY)), 1);
    }

    function _allow() private {
        LedgerToken token = world.token(AWAY, 1);
        vm.prank(address(world.escrow(AWAY)));
        token.approve(address(1), 0);
    }

    function _keepValue() private {
        vm.deal(address(world.messenger(AWAY)), 1);
    }

    /// @dev A way out that says yes and does nothing.
    function _stick() private {
        _deposit(WHOLE, 0);
        vm.mockCall(address(world.escrow(HOME)), abi.encodeWithSelector(IEscrowCore.claim.selector), "");
    }
}
