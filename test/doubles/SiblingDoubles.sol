// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IKeystoneRoot } from "../../contracts/interfaces/IKeystoneRoot.sol";
import { IMessenger } from "../../contracts/interfaces/IMessenger.sol";
import { Child, MessageKind } from "../../contracts/types/Deployment.sol";
import { SettlementId, Terms, Verdict } from "../../contracts/types/Terms.sol";

/// @title Stands where coordinator or escrow would, to see what the messenger does with a sibling that misbehaves
/// @notice Counts what it is told, and fails on demand in each of the ways a call can fail.
abstract contract SiblingDouble {
    enum Mode {
        OBEY,
        REFUSE,
        BURN_GAS,
        HUGE_REVERT,
        EMPTY_REVERT,
        USE_GAS
    }

    error SiblingDouble_Refused(uint256 code);

    IMessenger public immutable messenger;
    Mode public recordMode;
    Mode public goOnMode;
    uint256 public gasToUse;
    uint256 public recorded;
    uint256 public wentOn;
    SettlementId public lastId;
    uint256 public lastWord;
    bytes32 public lastCall;

    constructor() {
        messenger = IMessenger(IKeystoneRoot(msg.sender).addressOf(Child.MESSENGER));
    }

    receive() external payable { }

    function behave(Mode recordMode_, Mode goOnMode_, uint256 gasToUse_) external {
        recordMode = recordMode_;
        goOnMode = goOnMode_;
        gasToUse = gasToUse_;
    }

    function _record(SettlementId settlementId, uint256 word) internal {
        require(msg.sender == address(messenger), "not the messenger");
        _act(recordMode);
        ++recorded;
        lastId = settlementId;
        lastWord = word;
    }

    function _goOn() internal {
        require(msg.sender == address(messenger), "not the messenger");
        _act(goOnMode);
        ++wentOn;
        lastCall = keccak256(msg.data);
    }

    function _act(Mode mode) private view {
        if (mode == Mode.OBEY) return;
        if (mode == Mode.REFUSE) revert SiblingDouble_Refused(7);
        if (mode == Mode.EMPTY_REVERT) {
            assembly {
                revert(0, 0)
            }
        }
        if (mode == Mode.HUGE_REVERT) {
            assembly {
                mstore(0, 0x1234567800000000000000000000000000000000000000000000000000000000)
                revert(0, 500000)
            }
        }
        uint256 until = mode == Mode.USE_GAS ? gasleft() - gasToUse : 0;
        uint256 waste = 0;
        while (gasleft() > until) ++waste;
    }
}

/// @title In the coordinator's place
contract CoordinatorDouble is SiblingDouble {
    function recordLocked(SettlementId settlementId, uint64 sourceChainId) external {
        _record(settlementId, sourceChainId);
    }

    function recordReleased(SettlementId settlementId, uint64 sourceChainId) external {
        _record(settlementId, sourceChainId);
    }

    function advance(Terms calldata) external returns (Verdict) {
        _goOn();
        return Verdict.NONE;
    }

    function sendVerdict(
        uint64 chainId,
        SettlementId settlementId,
        Verdict verdict,
        Terms calldata terms,
        bool carryTerms
    ) external payable returns (bytes32) {
        return messenger.sendVerdict{ value: msg.value }(chainId, settlementId, verdict, terms, carryTerms, msg.sender);
    }
}

/// @title In the escrow's place
contract EscrowDouble is SiblingDouble {
    function recordVerdict(SettlementId settlementId, Verdict verdict) external {
        _record(settlementId, uint256(verdict));
    }

    function release(Terms calldata) external {
        _goOn();
    }

    function refundExpired(Terms calldata) external {
        _goOn();
    }

    function sendReport(MessageKind kind, SettlementId settlementId, Terms calldata terms, bool carryTerms)
        external
        payable
        returns (bytes32)
    {
        return messenger.sendReport{ value: msg.value }(kind, settlementId, terms, carryTerms, msg.sender);
    }
}
