// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { EscrowPayouts } from "./escrow/EscrowPayouts.sol";
import { IEscrowCore } from "./interfaces/IEscrowCore.sol";
import { IKeystoneRoot } from "./interfaces/IKeystoneRoot.sol";
import { GasFloor } from "./libraries/GasFloor.sol";
import { Reason } from "./libraries/Reason.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { TokenLib } from "./libraries/TokenLib.sol";
import { Asset } from "./types/Asset.sol";
import { Child, MessageKind } from "./types/Deployment.sol";
import { Leg, Opening, SettlementId, Terms, TokenStandard, Verdict } from "./types/Terms.sol";

/// @title The escrow of one chain
/// @notice Ways in, the lock and the reports; the ways out are in `EscrowPayouts`.
contract KeystoneEscrow is EscrowPayouts {
    using TermsLib for Terms;

    address private immutable EXTENSION;

    constructor() {
        EXTENSION = IKeystoneRoot(msg.sender).addressOf(Child.ESCROW_EXTENSION);
    }

    receive() external payable {
        revert KeystoneEscrow_ValueNotAccepted();
    }

    /// @dev What this code does not have the extension does, in this contract's name and storage.
    fallback() external payable {
        address extension = EXTENSION;

        // Check: whatever is delegated into no code succeeds and has done nothing.
        if (extension.code.length == 0) revert KeystoneEscrow_ExtensionMissing(extension);

        // Interaction
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            calldatacopy(pointer, 0, calldatasize())
            let ok := delegatecall(gas(), extension, pointer, calldatasize(), 0, 0)
            returndatacopy(pointer, 0, returndatasize())
            if iszero(ok) { revert(pointer, returndatasize()) }
            return(pointer, returndatasize())
        }
    }

    // ---------------------------------------------------------------- ways in

    /// @inheritdoc IEscrowCore
    function depositLeg(Terms calldata terms, uint256 legIndex, bytes32 secret, Opening[] calldata openings)
        external
        payable
        guarded
    {
        SettlementId id = terms.hash();
        Leg calldata leg = _localLeg(terms, legIndex);

        // Check
        terms.validate(_home());
        if (leg.standard != TokenStandard.ERC20) revert KeystoneEscrow_StandardNotSupported(uint8(leg.standard));
        _checkOpening(terms, leg.from, secret, msg.sender);

        if (_records[id].deposited & (1 << legIndex) == 0) {
            _checkOpenForDeposits(terms, id);

            // Effect
            _records[id].deposited |= uint16(1 << legIndex);
            _open(terms, id, leg.from, secret, msg.sender);
            emit LegDeposited(id, uint8(legIndex), msg.sender, secret, leg.token, leg.tokenId, leg.amount);

            // Interaction
            _pull(leg);
        }
        _openAll(terms, id, openings);
        _lockAndReport(terms, id);
    }

    /// @inheritdoc IEscrowCore
    function reveal(Terms calldata terms, Opening[] calldata openings) external payable guarded {
        SettlementId id = terms.hash();
        _openAll(terms, id, openings);
        _lockAndReport(terms, id);
    }

    // ---------------------------------------------------------------- reports

    /// @inheritdoc IEscrowCore
    function notifyLocked(Terms calldata terms) external payable guarded {
        SettlementId id = terms.hash();
        if (!_records[id].locked && !_tryLock(terms, id)) revert KeystoneEscrow_NotLocked(id);
        if (_isHome()) {
            COORDINATOR.reportLocked(id);
            _followUp(terms, id);
            _returnValue(msg.value);
        } else {
            _sendReport(MessageKind.LOCKED, terms, id);
        }
    }

    /// @inheritdoc IEscrowCore
    function notifyReleased(Terms calldata terms) external payable guarded {
        SettlementId id = terms.hash();

        // Check
        if (!_isExecute(id, _records[id], terms)) revert KeystoneEscrow_OtherVerdict(id, _verdictOf(id));
        if (!_allTried(terms, id)) revert KeystoneEscrow_NotReleased(id);

        // Interaction
        if (_isHome()) {
            _reportIfTried(terms, id);
            _returnValue(msg.value);
        } else {
            _sendReport(MessageKind.RELEASED, terms, id);
        }
    }

    /// @inheritdoc IEscrowCore
    /// @dev Not guarded: a token must not be able to keep a verdict out by calling the endpoint from inside a transfer.
    function recordVerdict(SettlementId settlementId, Verdict verdict) external {
        // Check
        if (msg.sender != address(MESSENGER) || _isHome()) revert KeystoneEscrow_NotAuthorized(msg.sender);

        // Effect: whatever it says, its arrival proves the path.
        if (!_verdictArrived) _verdictArrived = true;
        Record storage record = _records[settlementId];
        Verdict known = record.verdict;
        if (verdict == known) return;
        // EXECUTE needs this escrow's lock report, so that without a lock it cannot be the coordinator's word.
        if (known != Verdict.NONE || (verdict == Verdict.EXECUTE && !record.locked)) {
            emit VerdictIgnored(settlementId, verdict);
            return;
        }
        record.verdict = verdict;
        emit VerdictReceived(settlementId, verdict);
    }

    /// @inheritdoc IEscrowCore
    function quoteLocked(Terms calldata terms, bool carryTerms) external view returns (uint256 fee) {
        return _quote(MessageKind.LOCKED, terms, carryTerms);
    }

    /// @inheritdoc IEscrowCore
    function quoteReleased(Terms calldata terms, bool carryTerms) external view returns (uint256 fee) {
        return _quote(MessageKind.RELEASED, terms, carryTerms);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc IEscrowCore
    function stateOf(SettlementId settlementId) external view returns (Record memory record) {
        record = _records[settlementId];
        record.verdict = _verdictOf(settlementId);
    }

    /// @inheritdoc IEscrowCore
    function verdictOf(SettlementId settlementId) external view returns (Verdict) {
        return _verdictOf(settlementId);
    }

    /// @inheritdoc IEscrowCore
    function legStatus(SettlementId settlementId, uint256 legIndex) external view returns (LegStatus) {
        Record memory record = _records[settlementId];
        uint256 bit = 1 << legIndex;
        if (record.deposited & bit == 0) return LegStatus.EMPTY;
        if (record.paid & bit == 0) return record.locked ? LegStatus.LOCKED : LegStatus.DEPOSITED;
        bool released = record.locked && _verdictOf(settlementId) == Verdict.EXECUTE;
        return released ? LegStatus.RELEASED : LegStatus.REFUNDED;
    }

    /// @inheritdoc IEscrowCore
    function walletOf(SettlementId settlementId, uint256 partyIndex) external view returns (address) {
        return _wallets[settlementId][partyIndex];
    }

    /// @inheritdoc IEscrowCore
    function pathProven() public view returns (bool) {
        return _isHome() || _verdictArrived;
    }

    // ---------------------------------------------------------------- deposits

    function _checkOpenForDeposits(Terms calldata terms, SettlementId id) private view {
        _checkDeadline(terms);
        if (_verdictOf(id) != Verdict.NONE) revert KeystoneEscrow_AlreadyDecided(id);
        // A verdict that could not travel would leave the deposit locked for good.
        if (_isWhole(terms)) return;
        if (!MESSENGER.isSealed() || !pathProven()) revert KeystoneEscrow_PathNotOpen();
    }

    function _checkDeadline(Terms calldata terms) private view {
        if (block.timestamp >= terms.depositDeadline) {
            revert KeystoneEscrow_DepositDeadlinePassed(terms.depositDeadline, block.timestamp);
        }
    }

    function _pull(Leg calldata leg) private {
        // A probe without its gas would hear silence where the token would have answered.
        _requireEarnest(gasleft(), TokenLib.PROBES_GAS);
        Asset memory asset = _assetOf(leg);
        if (!TokenLib.isOfClass(asset)) revert KeystoneEscrow_WrongTokenClass(leg.token, uint8(leg.standard));
        (bool ok, uint256 received, bytes memory reason) = TokenLib.pull(asset, msg.sender, leg.amount);
        if (!ok) revert KeystoneEscrow_TransferFailed(leg.token, reason);
        if (received != leg.amount) revert KeystoneEscrow_WrongAmountReceived(leg.amount, received);
    }

    // ---------------------------------------------------------------- openings

    function _checkOpening(Terms calldata terms, uint256 partyIndex, bytes32 secret, address wallet) private pure {
        if (partyIndex >= terms.parties.length || keccak256(abi.encode(secret, wallet)) != terms.parties[partyIndex]) {
            revert KeystoneEscrow_WrongOpening(partyIndex, wallet);
        }
    }

    function _openAll(Terms calldata terms, SettlementId id, Opening[] calldata openings) private {
        for (uint256 i = 0; i < openings.length; ++i) {
            Opening calldata opening = openings[i];
            _checkOpening(terms, opening.partyIndex, opening.secret, opening.wallet);
            _open(terms, id, opening.partyIndex, opening.secret, opening.wallet);
        }
    }

    /// @dev Of an opening that is right. A party that is open already stays so at any time.
    function _open(Terms calldata terms, SettlementId id, uint8 partyIndex, bytes32 secret, address wallet) private {
        if (_wallets[id][partyIndex] != address(0)) return;

        // Check
        _checkDeadline(terms);
        bool invalid = wallet == address(0) || wallet == address(this);
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (terms.legs[i].to == partyIndex && terms.legs[i].chainId == block.chainid) {
                invalid = invalid || wallet == terms.legs[i].token;
            }
        }
        if (invalid) revert KeystoneEscrow_InvalidRecipient(partyIndex, wallet);

        // Effect
        _wallets[id][partyIndex] = wallet;
        emit RecipientRevealed(id, partyIndex, wallet, secret);
    }

    // ---------------------------------------------------------------- lock

    /// @dev Only a deposit validates terms; so no leg, no lock.
    /// @return locked Whether this call locked.
    function _tryLock(Terms calldata terms, SettlementId id) private returns (bool locked) {
        uint16 legs = _localLegs(terms);

        // Check
        if (legs == 0 || _records[id].deposited != legs || block.timestamp >= terms.depositDeadline) return false;
        for (uint256 i = 0; i < terms.legs.length; ++i) {
            if (legs & (1 << i) != 0 && _wallets[id][terms.legs[i].to] == address(0)) return false;
        }
        if (_verdictOf(id) != Verdict.NONE) return false;

        // Effect
        _records[id].locked = true;
        emit LegsLocked(id);
        return true;
    }

    /// @dev What a deposit or reveal ends with. Nothing that fails here undoes it.
    function _lockAndReport(Terms calldata terms, SettlementId id) private {
        uint256 unspent = msg.value;
        if (_records[id].locked) {
            // Someone else completed the lock first, maybe without paying for the report.
            if (msg.value != 0 && !_isHome()) unspent -= _trySendLocked(terms, id);
        } else if (_tryLock(terms, id)) {
            if (_isHome()) {
                COORDINATOR.reportLocked(id);
                _followUp(terms, id);
            } else if (msg.value != 0) {
                unspent -= _trySendLocked(terms, id);
            }
        }
        _returnValue(unspent);
    }

    /// @dev On the coordinator's chain: verdict and payout, in frames whose failure leaves report and deposit standing.
    function _followUp(Terms calldata terms, SettlementId id) private {
        bool whole = _isWhole(terms);
        uint256 gasBefore = gasleft();
        if (!whole) {
            try COORDINATOR.advanceReported(id, terms) returns (Verdict verdict) {
                if (verdict != Verdict.EXECUTE) return;
            } catch (bytes memory reason) {
                _bookFollowUp(terms, id, gasBefore, reason);
                return;
            }
            gasBefore = gasleft();
        }
        try this.followUp(id, terms, whole) { }
        catch (bytes memory reason) {
            _bookFollowUp(terms, id, gasBefore, reason);
        }
    }

    function _bookFollowUp(Terms calldata terms, SettlementId id, uint256 gasBefore, bytes memory reason) private {
        _requireEarnest(gasBefore, GasFloor.ofLegs(terms.legs.length));
        emit FollowUpFailed(id, Reason.clip(reason));
    }

    // ---------------------------------------------------------------- messages

    /// @return spent What the message cost; nothing if the value does not cover it or it could not be sent.
    function _trySendLocked(Terms calldata terms, SettlementId id) private returns (uint256 spent) {
        (uint256 fee, bool carryTerms) = (0, true);
        try MESSENGER.quote(COORDINATOR_CHAIN, MessageKind.LOCKED, terms, true) returns (uint256 full) {
            fee = full;
        } catch {
            carryTerms = false;
        }
        if (!carryTerms || msg.value < fee) {
            carryTerms = false;
            try MESSENGER.quote(COORDINATOR_CHAIN, MessageKind.LOCKED, terms, false) returns (uint256 bare) {
                fee = bare;
            } catch (bytes memory reason) {
                emit FollowUpFailed(id, Reason.clip(reason));
                return 0;
            }
        }
        if (msg.value < fee) return 0;
        try MESSENGER.sendReport{ value: fee }(MessageKind.LOCKED, id, terms, carryTerms, msg.sender) {
            return fee;
        } catch (bytes memory reason) {
            emit FollowUpFailed(id, Reason.clip(reason));
        }
    }

    /// @dev Sends or reverts; for calls that are about the message.
    function _sendReport(MessageKind kind, Terms calldata terms, SettlementId id) private {
        (uint256 fee, bool carryTerms) = _affordable(kind, terms);
        if (msg.value < fee) revert KeystoneEscrow_InsufficientFee(fee, msg.value);
        MESSENGER.sendReport{ value: fee }(kind, id, terms, carryTerms, msg.sender);
        _returnValue(msg.value - fee);
    }

    /// @dev The dearer message if the value covers it and it can be priced at all; the bare one is always enough.
    function _affordable(MessageKind kind, Terms calldata terms) private view returns (uint256 fee, bool carryTerms) {
        try MESSENGER.quote(COORDINATOR_CHAIN, kind, terms, true) returns (uint256 full) {
            if (msg.value >= full) return (full, true);
        } catch { }
        return (MESSENGER.quote(COORDINATOR_CHAIN, kind, terms, false), false);
    }

    function _quote(MessageKind kind, Terms calldata terms, bool carryTerms) private view returns (uint256 fee) {
        return _isHome() ? 0 : MESSENGER.quote(COORDINATOR_CHAIN, kind, terms, carryTerms);
    }

    function _returnValue(uint256 amount) private {
        if (amount == 0) return;
        (bool ok,) = msg.sender.call{ value: amount }("");
        if (!ok) revert KeystoneEscrow_ValueReturnFailed(msg.sender, amount);
    }
}
