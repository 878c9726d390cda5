// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { EscrowDeposits } from "./escrow/EscrowDeposits.sol";
import { EscrowPayouts } from "./escrow/EscrowPayouts.sol";
import { IEscrowCore } from "./interfaces/IEscrowCore.sol";
import { IKeystoneRoot } from "./interfaces/IKeystoneRoot.sol";
import { Reason } from "./libraries/Reason.sol";
import { TermsLib } from "./libraries/TermsLib.sol";
import { TokenLib } from "./libraries/TokenLib.sol";
import { Asset } from "./types/Asset.sol";
import { Child, MessageKind } from "./types/Deployment.sol";
import { Entry } from "./types/Entry.sol";
import { Leg, Opening, SettlementId, Terms, Verdict } from "./types/Terms.sol";

/// @title The escrow of one chain
/// @notice The ordinary way in, the lock, the verdict and every way out; the rest is in `KeystoneEscrowExtension`.
contract KeystoneEscrow is IEscrowCore, EscrowDeposits, EscrowPayouts {
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
        bool fresh = _begin(terms, id, legIndex, secret, msg.sender);

        // Interaction
        if (fresh) _pull(terms.legs[legIndex], msg.sender);
        _finish(terms, id, openings);
    }

    /// @inheritdoc IEscrowCore
    function reveal(Terms calldata terms, Opening[] calldata openings) external payable guarded {
        _finish(terms, terms.hash(), openings);
    }

    // ---------------------------------------------------------------- reports

    /// @inheritdoc IEscrowCore
    function notifyLocked(Terms calldata terms) external payable guarded {
        SettlementId id = terms.hash();
        _lock(terms, id);
        if (_isHome()) {
            COORDINATOR.reportLocked(id);
            _followUp(terms, id);
            _returnValue(msg.value);
        } else {
            _send(MessageKind.LOCKED, terms, id);
        }
    }

    /// @inheritdoc IEscrowCore
    /// @dev Not guarded: a token must not be able to keep a verdict out by calling the endpoint from inside a transfer.
    function recordVerdict(SettlementId settlementId, Verdict verdict) external {
        // Check
        if (msg.sender != address(MESSENGER) || _isHome()) revert KeystoneEscrow_NotAuthorized(msg.sender);

        // Effect: whatever it says, its arrival proves the path.
        if (!_verdictArrived) _verdictArrived = true;
        Entry entry = _entries[settlementId];
        Verdict known = entry.verdict();
        if (verdict == known) return;
        // EXECUTE needs this escrow's lock report, so that without a lock it cannot be the coordinator's word.
        if (known != Verdict.NONE || (verdict == Verdict.EXECUTE && !entry.isLocked())) {
            emit VerdictIgnored(settlementId, verdict);
            return;
        }
        _entries[settlementId] = entry.withVerdict(verdict);
        emit VerdictReceived(settlementId, verdict);
    }

    // ---------------------------------------------------------------- ways out

    /// @inheritdoc IEscrowCore
    function claim(Terms calldata terms, uint256 legIndex) external guarded {
        SettlementId id = terms.hash();
        Leg calldata leg = _localLeg(terms, legIndex);
        Entry entry = _entries[id];
        uint256 bit = 1 << legIndex;

        // Check
        if (entry.deposited() & bit == 0) revert KeystoneEscrow_NotDeposited(id, legIndex);
        if (entry.paid() & bit != 0) {
            _retryFee(id, leg, legIndex);
            return;
        }
        // A waived leg goes back whatever the verdict, and without one.
        bool execute = entry.waived() & bit == 0 && _isExecute(id, entry.isLocked(), terms);

        // Effect and interaction
        _payLeg(id, leg, legIndex, execute, 0);
        if (execute) _reportIfTried(terms, id);
    }

    /// @inheritdoc IEscrowCore
    function release(Terms calldata terms) external guarded {
        SettlementId id = terms.hash();
        if (!_isExecute(id, _entries[id].isLocked(), terms)) revert KeystoneEscrow_OtherVerdict(id, _verdictOf(id));
        _payAll(terms, id, true);
        _reportIfTried(terms, id);
    }

    /// @inheritdoc IEscrowCore
    function refundExpired(Terms calldata terms) external guarded {
        SettlementId id = terms.hash();
        if (_isExecute(id, _entries[id].isLocked(), terms)) revert KeystoneEscrow_OtherVerdict(id, Verdict.EXECUTE);
        _payAll(terms, id, false);
    }

    /// @inheritdoc IEscrowCore
    function settle(Terms calldata terms) external guarded {
        if (msg.sender != address(COORDINATOR)) revert KeystoneEscrow_NotAuthorized(msg.sender);
        _settle(terms, terms.hash());
    }

    /// @inheritdoc IEscrowCore
    function followUp(SettlementId settlementId, Terms calldata terms, bool whole) external onlySelf {
        if (!whole) {
            _payAll(terms, settlementId, true);
            _reportIfTried(terms, settlementId);
        } else {
            (bool advanced, Verdict verdict) = _tryAdvance(terms, settlementId);
            if (!advanced) Reason.raise(Reason.ofLastCall());
            if (verdict == Verdict.EXECUTE) _settle(terms, settlementId);
        }
    }

    /// @inheritdoc IEscrowCore
    function transferOut(Asset calldata asset, address to, uint256 amount) external onlySelf {
        (bool ok, bytes memory reason) = TokenLib.push(asset, to, amount);
        if (!ok) Reason.raise(reason);
    }
}
