// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1400 } from "../interfaces/IERC1400.sol";
import { ICompliance, IERC3643, IIdentityRegistry } from "../interfaces/IERC3643.sol";
import { GasFloor } from "./GasFloor.sol";
import { TokenCall } from "./TokenCall.sol";

/// @title Whether a permissioned token would let this contract pay somebody
/// @notice A token that provably lacks a function says nothing against the transfer (`TokenCall.wasSilent`). One that fails in it, or
/// answers anything but the right word, does not let it through. The contracts that an ERC-3643 token names have no right to be silent.
library TokenEligibility {
    /// @dev T-REX's `isVerified` checks a signature for every claim topic, and asks issuer after issuer for it: 580,000 for five topics with
    /// three issuers each, 1,570,000 for ten with five. A check that needs more than the floor leaves no transfer that the floor covers.
    uint256 private constant CHECK_GAS = GasFloor.FLOOR;
    /// @dev What must have been left before for a no to count: five getters, two checks, and what lies around them.
    uint256 internal constant GAS = 6 * TokenCall.PROBE_GAS + 2 * CHECK_GAS;

    /// @notice ERC-1400: by the token's own word, and only if the tokens would come to the same partition.
    function ofPartition(address token, bytes32 partition, address to, uint256 amount) internal view returns (bool) {
        uint256 gasBefore = gasleft();
        bytes memory data = abi.encodeCall(IERC1400.canTransferByPartition, (partition, to, amount, ""));
        (, uint256 status) = TokenCall.read(token, CHECK_GAS, data);
        return (_isSuccess(status) && TokenCall.thirdWord() == partition) || TokenCall.wasSilent(gasBefore);
    }

    /// @notice ERC-3643: neither paused nor frozen at either end, the recipient verified, the transfer allowed.
    function ofPermissioned(address token, address to, uint256 amount) internal view returns (bool) {
        (, uint256 registry) = TokenCall.probe(token, IERC3643.identityRegistry.selector, 0);
        (, uint256 compliance) = TokenCall.probe(token, IERC3643.compliance.selector, 0);
        uint256 self = uint160(address(this));
        uint256 recipient = uint160(to);
        return _isFree(token, IERC3643.paused.selector, 0) && _isFree(token, IERC3643.isFrozen.selector, self)
            && _isFree(token, IERC3643.isFrozen.selector, recipient)
            && _affirms(registry, TokenCall.encode(IIdentityRegistry.isVerified.selector, 1, recipient, 0, 0))
            && _affirms(compliance, TokenCall.encode(ICompliance.canTransfer.selector, 3, self, recipient, amount));
    }

    /// @dev Whether the token answers false, or has no such function.
    function _isFree(address token, bytes4 selector, uint256 account) private view returns (bool) {
        uint256 gasBefore = gasleft();
        (bool known, uint256 answer) = TokenCall.probe(token, selector, account);
        return known ? answer == 0 : TokenCall.wasSilent(gasBefore);
    }

    function _affirms(uint256 target, bytes memory data) private view returns (bool) {
        (, uint256 answer) = TokenCall.read(address(uint160(target)), CHECK_GAS, data);
        return answer == 1;
    }

    /// @dev ERC-1066: the low half of a code is its reason, 1 is success in every category. ERC-1400 names 0x51 alone; 0x01 and 0x11
    /// say the same in more general words. 0x00 is failure, also from a token that means that it has nobody to ask.
    function _isSuccess(uint256 status) private pure returns (bool) {
        return (status >> 248) & 0xf == 1;
    }
}
