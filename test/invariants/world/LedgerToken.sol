// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Who is called in the middle of a transfer of a token that calls back.
interface ITransferHook {
    function onTransfer() external;
}

/// @title A token that keeps its own books, and does to transfers whatever its issuer pleases
/// @notice The books are what the invariants believe: how much has left whom for whom, whatever an escrow says about it.
contract LedgerToken is ERC20 {
    enum Manner {
        FAIR,
        PAUSED,
        RETURNS_FALSE,
        MOVES_AND_RETURNS_FALSE,
        BURNS_GAS,
        HUGE_REVERT,
        FEE_OUT_OF_AMOUNT,
        FEE_ON_TOP,
        CALLS_BACK
    }

    error LedgerToken_Frozen(address account);
    error LedgerToken_Paused();

    Manner public manner;
    ITransferHook public hook;
    mapping(address account => bool) public frozen;
    address[] private _everFrozen;
    /// @notice What has left `from` for `to`, before any fee of the token.
    mapping(address from => mapping(address to => uint256)) public moved;
    /// @notice What has left `from` for anybody.
    mapping(address from => uint256) public movedOut;
    /// @notice How often `owner` has let somebody else dispose of its balance.
    mapping(address owner => uint256) public approvals;

    constructor() ERC20("Ledger", "LDG") { }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function behave(Manner manner_, ITransferHook hook_) external {
        manner = manner_;
        hook = hook_;
    }

    function freeze(address account, bool frozen_) external {
        frozen[account] = frozen_;
        _everFrozen.push(account);
    }

    /// @notice Nothing stands in anybody's way any more.
    function appease() external {
        manner = Manner.FAIR;
        for (uint256 i = 0; i < _everFrozen.length; ++i) {
            frozen[_everFrozen[i]] = false;
        }
    }

    /// @notice An issuer's seizure.
    function seize(address from, address to, uint256 amount) external {
        super._update(from, to, amount);
    }

    function approve(address spender, uint256 amount) public override returns (bool) {
        ++approvals[msg.sender];
        return super.approve(spender, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (manner == Manner.RETURNS_FALSE) return false;
        super.transfer(to, amount);
        return manner != Manner.MOVES_AND_RETURNS_FALSE;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (manner == Manner.RETURNS_FALSE) return false;
        super.transferFrom(from, to, amount);
        return manner != Manner.MOVES_AND_RETURNS_FALSE;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;
        if (frozen[from]) revert LedgerToken_Frozen(from);
        if (frozen[to]) revert LedgerToken_Frozen(to);
        moved[from][to] += amount;
        movedOut[from] += amount;
        _misbehave(from, to, amount);
    }

    function _misbehave(address from, address to, uint256 amount) private {
        Manner how = manner;
        if (how == Manner.PAUSED) revert LedgerToken_Paused();
        if (how == Manner.FEE_OUT_OF_AMOUNT) super._update(to, address(0), amount / 100);
        if (how == Manner.FEE_ON_TOP) super._update(from, address(0), amount / 100);
        if (how == Manner.CALLS_BACK) hook.onTransfer();
        if (how == Manner.BURNS_GAS || how == Manner.HUGE_REVERT) {
            assembly ("memory-safe") {
                if eq(how, 5) { revert(0, 100000) }
                invalid()
            }
        }
    }
}
