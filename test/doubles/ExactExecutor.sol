// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title An executor that gives a delivery exactly as much gas as it says, as LayerZero's own does with what was paid for
contract ExactExecutor {
    error ExactExecutor_TooLittleToGive(uint256 wanted, uint256 left);

    function execute(address endpoint, uint256 gasLimit, bytes calldata delivery) external returns (uint256 used) {
        // The 63/64 rule would quietly give less.
        if (gasleft() - gasleft() / 64 < gasLimit + 10_000) revert ExactExecutor_TooLittleToGive(gasLimit, gasleft());
        uint256 before = gasleft();
        (bool ok, bytes memory returned) = endpoint.call{ gas: gasLimit }(delivery);
        used = before - gasleft();
        if (!ok) {
            assembly {
                revert(add(returned, 0x20), mload(returned))
            }
        }
    }
}
