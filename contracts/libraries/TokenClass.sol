// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { IERC1155 } from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IERC1400 } from "../interfaces/IERC1400.sol";
import { IERC3643 } from "../interfaces/IERC3643.sol";
import { TokenStandard } from "../types/Terms.sol";
import { TokenCall } from "./TokenCall.sol";

/// @title Which standard a token is of, as far as one can ask it
/// @notice A token whose answers fit two standards is of none.
library TokenClass {
    /// @dev What lets each of the five probes have its share.
    uint256 internal constant GAS = 6 * TokenCall.PROBE_GAS;

    /// @notice Whether the token's interfaces leave no other reading than this standard.
    function isOf(address token, TokenStandard standard) internal view returns (bool) {
        if (token.code.length == 0) return false;

        (bool known, uint256 answer) = _supports(token, type(IERC721).interfaceId);
        if ((answer != 0) != (standard == TokenStandard.ERC721)) return false;
        // A token that has no answer to this question has none to the next: most ERC-20 tokens are asked once.
        if (known) (, answer) = _supports(token, type(IERC1155).interfaceId);
        if ((answer != 0) != (standard == TokenStandard.ERC1155)) return false;

        // ERC-1400 and ERC-3643 tokens do not answer by ERC-165.
        (known,) = TokenCall.probe(token, IERC1400.balanceOfByPartition.selector, 0);
        if (known != (standard == TokenStandard.ERC1400)) return false;

        (known,) = TokenCall.probe(token, IERC3643.identityRegistry.selector, 0);
        if (known) (known,) = TokenCall.probe(token, IERC3643.compliance.selector, 0);
        return known == (standard == TokenStandard.ERC3643);
    }

    function _supports(address token, bytes4 interfaceId) private view returns (bool known, uint256 answer) {
        return TokenCall.probe(token, IERC165.supportsInterface.selector, uint256(bytes32(interfaceId)));
    }
}
