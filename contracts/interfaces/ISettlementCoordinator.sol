// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { Gate, Ruleset, RulesetId, StateKind } from "../types/Ruleset.sol";
import { Consent, SettlementId, Terms, Verdict } from "../types/Terms.sol";
import { IRulesetErrors } from "./IRulesetErrors.sol";
import { ITermsErrors } from "./ITermsErrors.sol";

/// @title The coordinator: state machine, gates, the one verdict
/// @notice Lives on one chain. Holds no token and has no owner, no admin, no pause. Everything but reports is permissionless.
/// What is already so is a no-op, never a revert, so that front-running a call does not hurt the one behind it.
interface ISettlementCoordinator is ITermsErrors, IRulesetErrors {
    /// @notice Emitted once per settlement; publishes the terms.
    event SettlementCreated(SettlementId indexed settlementId, bytes16 indexed ref, RulesetId indexed ruleset, Terms terms);
    /// @notice Emitted for every edge taken. `from` and `to` are state indices of the ruleset. Creation emits none: the state is the initial one.
    event StateTransition(
        SettlementId indexed settlementId, uint8 from, uint8 to, Gate gate, bytes32 evidenceHash, address caller
    );
    /// @notice Emitted when the verdict is written; also for an id that was never created and has timed out.
    event VerdictTaken(SettlementId indexed settlementId, Verdict verdict);
    /// @notice Emitted for every VERDICT message handed to the messenger.
    event VerdictDispatched(SettlementId indexed settlementId, uint64 indexed chainId, Verdict verdict, bytes32 guid);
    /// @notice Emitted when the escrow of a chain has reported all its legs locked, once per chain.
    event LockReported(SettlementId indexed settlementId, uint64 indexed chainId);
    /// @notice Emitted when the escrow of a chain has reported all its legs paid, waived or claimable, once per chain.
    event ReleaseReported(SettlementId indexed settlementId, uint64 indexed chainId);
    /// @notice Emitted when the step to EXECUTE, or a payout after it, failed and left everything as it was. At most 256 bytes of the reason.
    event StepFailed(SettlementId indexed settlementId, bytes reason);
    /// @notice Emitted once per ruleset.
    event RulesetRegistered(RulesetId indexed rulesetId, Ruleset ruleset);

    /// @notice Thrown when the caller is neither the deployment's escrow nor its messenger nor this contract itself, as the function demands.
    error SettlementCoordinator_NotAuthorized(address caller);
    /// @notice Thrown when the ruleset of the terms is not registered here.
    error SettlementCoordinator_UnknownRuleset(RulesetId rulesetId);
    /// @notice Thrown when the terms name a parent and their ruleset has no PARENT_FINALIZED edge, or the reverse.
    error SettlementCoordinator_ParentMismatch(RulesetId rulesetId, bytes32 parent);
    /// @notice Thrown when `settleDeadline` has come before creation.
    error SettlementCoordinator_SettleDeadlinePassed(uint40 settleDeadline, uint256 now_);
    /// @notice Thrown when an id is created after its verdict.
    error SettlementCoordinator_VerdictAlreadyTaken(SettlementId settlementId, Verdict verdict);
    /// @notice Thrown when the settlement was never created here.
    error SettlementCoordinator_UnknownSettlement(SettlementId settlementId);
    /// @notice Thrown when `timeout` comes before `settleDeadline`.
    error SettlementCoordinator_NotTimedOut(uint40 settleDeadline, uint256 now_);
    /// @notice Thrown when the verdict is EXECUTE already, and neither timeout nor consent can change it.
    error SettlementCoordinator_AlreadyExecuting(SettlementId settlementId);
    /// @notice Thrown when no edge leads from the present state to the target, or its gate does not hold for this caller.
    error SettlementCoordinator_TransitionNotAllowed(SettlementId settlementId, uint8 from, uint8 to);
    /// @notice Thrown when the present state has no CONSENT edge.
    error SettlementCoordinator_NoConsentEdge(SettlementId settlementId, uint8 state);
    /// @notice Thrown when a party that some leg uses has not consented; the lowest position is named.
    error SettlementCoordinator_ConsentMissing(uint256 partyIndex);
    /// @notice Thrown when a party's consent was valid until a moment that has passed.
    error SettlementCoordinator_ConsentExpired(uint256 partyIndex, uint40 validUntil);
    /// @notice Thrown when an opening is not the party's, or the signature not its wallet's over exactly this cancellation.
    error SettlementCoordinator_InvalidConsent(uint256 partyIndex, address wallet);
    /// @notice Thrown when a verdict is dispatched before it was taken.
    error SettlementCoordinator_NoVerdict(SettlementId settlementId);
    /// @notice Thrown when a verdict is dispatched to a chain on which the terms have no leg, or to the coordinator's own.
    error SettlementCoordinator_NoLegOnChain(uint64 chainId);
    /// @notice Thrown when a reentrant call comes from outside the deployment's own path.
    error SettlementCoordinator_Reentrancy();
    /// @notice Thrown when the settlement is all on this chain and the escrow did not report its payouts in the frame of the verdict.
    error SettlementCoordinator_PayoutIncomplete(SettlementId settlementId);
    /// @notice Thrown when the gas left cannot prove that a failing payout is not the caller's own doing.
    error SettlementCoordinator_InsufficientGas(uint256 required, uint256 left);
    /// @notice Thrown when the value does not pay for the message.
    error SettlementCoordinator_InsufficientFee(uint256 required, uint256 sent);
    /// @notice Thrown when unused value cannot be returned to the caller.
    error SettlementCoordinator_ValueReturnFailed(address caller, uint256 amount);
    /// @notice Thrown when the messenger stamps a report with a chain that has no row or is this one.
    error SettlementCoordinator_UnknownSource(uint64 sourceChainId);

    /// @notice What is stored of a settlement: one slot.
    /// @dev `state` is an index into the ruleset's states; masks have one bit per chain row.
    struct Record {
        bool created;
        uint8 state;
        StateKind kind;
        Verdict verdict;
        uint8 lockMask;
        uint8 releaseMask;
    }

    /// @notice An edge out of the present state, and whether its gate holds now. MANUAL counts as satisfied when the caller is the operator,
    /// CONSENT never: it holds by signatures, which the contract does not have before `cancel` brings them.
    struct NextTransition {
        uint8 target;
        Gate gate;
        bool satisfied;
    }

    /// @notice Registers a ruleset under its content hash, after checking that it cannot break a promise. A registered one is a no-op.
    function registerRuleset(Ruleset calldata ruleset) external returns (RulesetId rulesetId);

    /// @notice Creates the settlement in its ruleset's initial state. Keeps locks already recorded. A parent need not be known here yet.
    function createSettlement(Terms calldata terms) external returns (SettlementId settlementId);

    /// @notice Walks every transition that now holds: TIMEOUT first, else COMPLIANCE_FAILED, else the one forward edge. Never CONSENT or MANUAL.
    /// @dev The step to EXECUTE is a frame of its own, whose failure keeps the steps before it. The frame holds the payouts too where all
    /// legs are on this chain; else the local ones follow it.
    /// @return verdict The verdict after the walk.
    function advance(Terms calldata terms) external returns (Verdict verdict);

    /// @notice `advance` after a direct report, by an id that the escrow has proved. Escrow only. An id never created is a
    /// no-op. Pays nothing: the escrow does, by the verdict that it gets back.
    function advanceReported(SettlementId settlementId, Terms calldata terms) external returns (Verdict verdict);

    /// @notice Takes one edge, MANUAL ones included where the caller is `terms.operator`; never a CONSENT one.
    /// @param target Index of the state to enter.
    /// @param evidenceHash Free 32 bytes, published with the transition.
    function transition(Terms calldata terms, uint8 target, bytes32 evidenceHash) external;

    /// @notice Writes ROLLBACK once `settleDeadline` has come and there is no verdict. Needs no creation, no ruleset, no validation.
    function timeout(Terms calldata terms) external;

    /// @notice Takes the CONSENT edge of the present state: ROLLBACK at once, by the will of every party that some leg pays or is paid by.
    /// A no-op after ROLLBACK.
    /// @dev Each signs Cancel(bytes32 settlementId,uint40 validUntil) under the domain of the terms: by ECDSA, or by ERC-1271 where a leg of
    /// it is on the coordinator's chain, for elsewhere another may hold the wallet's address here. Of several consents of one party the
    /// first counts; what is there beyond the parties needed is not looked at, so that nobody can spoil a call by adding to it.
    function cancel(Terms calldata terms, Consent[] calldata consents) external;

    /// @notice Sends the verdict to one other chain. Repeatable. Carries the terms when the value pays for them.
    /// @dev Unused value returns to the caller.
    function dispatch(Terms calldata terms, uint64 chainId) external payable returns (bytes32 guid);

    /// @notice Wei to attach to `dispatch`. `carryTerms` is the price of a message that goes on to the payout by itself.
    function quoteDispatch(Terms calldata terms, uint64 chainId, bool carryTerms) external view returns (uint256 fee);

    /// @notice Direct report of the escrow on this chain that all its legs are locked. Escrow only. Records and returns; calls nobody.
    function reportLocked(SettlementId settlementId) external;

    /// @notice Direct report of the escrow on this chain that all its legs are paid, waived or claimable. Escrow only.
    function reportReleased(SettlementId settlementId) external;

    /// @notice Direct report of the escrow that it has just paid every leg of a settlement that lies wholly on this chain. Escrow only.
    /// Records the release and takes the step to Finalized; the escrow has proved id, ruleset and that there are no other legs.
    function reportSettled(SettlementId settlementId, RulesetId rulesetId) external;

    /// @notice Records a LOCKED message of the escrow on `sourceChainId`. Messenger only. One word, calls nobody.
    function recordLocked(SettlementId settlementId, uint64 sourceChainId) external;

    /// @notice Records a RELEASED message of the escrow on `sourceChainId`. Messenger only. One word, calls nobody.
    function recordReleased(SettlementId settlementId, uint64 sourceChainId) external;

    /// @notice The step to EXECUTE, as a frame whose failure leaves no trace. This contract only.
    function execute(SettlementId settlementId, Terms calldata terms, uint8 target, address caller) external;

    function stateOf(SettlementId settlementId) external view returns (Record memory);

    function verdictOf(SettlementId settlementId) external view returns (Verdict);

    /// @notice What a deposit depends on: whether the terms were created here, and thereby validated, and whether it comes too late.
    function statusOf(SettlementId settlementId) external view returns (bool created, Verdict verdict);

    function isLocked(SettlementId settlementId, uint64 chainId) external view returns (bool);

    /// @notice All edges out of the present state with their gates judged at this block's time: TIMEOUT, COMPLIANCE_FAILED, the forward
    /// one, CONSENT, then MANUAL ones by target.
    function nextTransitions(Terms calldata terms) external view returns (NextTransition[] memory);

    /// @notice The EIP-712 digest of the terms under the domain named in them.
    function hashTerms(Terms calldata terms) external view returns (SettlementId);

    function isRegistered(RulesetId rulesetId) external view returns (bool);
}
