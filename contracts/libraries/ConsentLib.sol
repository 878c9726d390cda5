// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import { ISettlementCoordinator } from "../interfaces/ISettlementCoordinator.sol";
import { Consent, Leg, Opening, SettlementId, Terms } from "../types/Terms.sol";
import { SignatureLib } from "./SignatureLib.sol";
import { TermsLib } from "./TermsLib.sol";

/// @title Whether everybody whom a leg moves agrees to cancel
/// @dev Sets of parties are bit masks: of validated terms, whose indices are below 32.
library ConsentLib {
    bytes32 private constant CANCEL_TYPEHASH = keccak256("Cancel(bytes32 settlementId,uint40 validUntil)");

    /// @notice Reverts unless every party that some leg uses has consented. A consent that is not needed, or no longer, is not looked at.
    function check(Terms calldata terms, SettlementId id, Consent[] calldata consents) internal view {
        (uint256 missing, uint256 here) = _partiesOf(terms.legs, terms.chainId);
        bytes32 domain = TermsLib.domainOf(terms);
        for (uint256 i = 0; i < consents.length; ++i) {
            Consent calldata consent = consents[i];
            uint256 bit = 1 << consent.opening.partyIndex;
            if (missing & bit == 0) continue;
            _check(terms, id, domain, consent, here & bit != 0);
            missing &= ~bit;
        }
        if (missing == 0) return;
        uint256 party = 0;
        while (missing & (1 << party) == 0) ++party;
        revert ISettlementCoordinator.SettlementCoordinator_ConsentMissing(party);
    }

    /// @param contracts Whether the party's wallet may be a contract of this chain.
    function _check(Terms calldata terms, SettlementId id, bytes32 domain, Consent calldata consent, bool contracts)
        private
        view
    {
        Opening calldata opening = consent.opening;
        uint40 validUntil = consent.validUntil;
        if (block.timestamp > validUntil) {
            revert ISettlementCoordinator.SettlementCoordinator_ConsentExpired(opening.partyIndex, validUntil);
        }
        bytes32 digest =
            MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(CANCEL_TYPEHASH, id, validUntil)));
        bool valid = keccak256(abi.encode(opening.secret, opening.wallet)) == terms.parties[opening.partyIndex]
            && SignatureLib.isBy(opening.wallet, digest, consent.signature, contracts);
        if (!valid) {
            revert ISettlementCoordinator.SettlementCoordinator_InvalidConsent(opening.partyIndex, opening.wallet);
        }
    }

    /// @return used The parties that pay or are paid by some leg.
    /// @return here Those of them that do so on the coordinator's chain.
    function _partiesOf(Leg[] calldata legs, uint64 chainId) private pure returns (uint256 used, uint256 here) {
        for (uint256 i = 0; i < legs.length; ++i) {
            Leg calldata leg = legs[i];
            uint256 both = (1 << leg.from) | (1 << leg.to);
            used |= both;
            if (leg.chainId == chainId) here |= both;
        }
    }
}
