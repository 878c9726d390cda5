// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Whose signature it is
/// @dev The key of the address first: it costs no look at the address's code, and an account that has given itself code keeps its key.
library SignatureLib {
    /// @notice Whether the account's key has signed the digest, or the account, a contract of this chain, says by ERC-1271 that it has.
    function isBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        return isBy(account, digest, signature, true);
    }

    /// @param contracts Whether the account may be a contract of this chain; if not, only its key counts.
    function isBy(address account, bytes32 digest, bytes calldata signature, bool contracts)
        internal
        view
        returns (bool)
    {
        if (isByKey(account, digest, signature)) return true;
        return contracts && SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }

    /// @notice Whether the account's key has signed the digest.
    function isByKey(address account, bytes32 digest, bytes calldata signature) internal pure returns (bool) {
        (address signer, ECDSA.RecoverError error,) = ECDSA.tryRecoverCalldata(digest, signature);
        return error == ECDSA.RecoverError.NoError && signer == account;
    }
}
