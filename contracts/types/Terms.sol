// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice EIP-712 digest of a settlement's terms: the id *is* the agreement.
type SettlementId is bytes32;

using { equals as == } for SettlementId global;

function equals(SettlementId a, SettlementId b) pure returns (bool) {
    return SettlementId.unwrap(a) == SettlementId.unwrap(b);
}

/// @notice How a leg's token is moved. The values are part of the signed terms and never change.
enum TokenStandard {
    ERC20,
    ERC721,
    ERC1400,
    ERC3643,
    ERC1155
}

/// @notice A fee taken out of a leg's amount when the leg is released.
/// @dev `amount` is in base units of the leg's token.
struct Fee {
    address recipient;
    uint256 amount;
}

/// @notice One transfer of the trade.
/// @dev `from` and `to` are indices into `Terms.parties`: the commitments of the paying and of the receiving wallet.
struct Leg {
    uint64 chainId;
    address escrow;
    address token;
    TokenStandard standard;
    uint256 tokenId;
    uint256 amount;
    bytes32 partition;
    uint8 from;
    uint8 to;
    Fee[] fees;
}

/// @notice Everything the parties agreed to. No contract stores it: every call brings it and the hash proves it.
struct Terms {
    /// UUID of the trade; keeps equal trades apart.
    bytes16 ref;
    /// Chain of the coordinator.
    uint64 chainId;
    address coordinator;
    /// Content hash of a registered ruleset.
    bytes32 ruleset;
    /// Commitments, entity and wallet alike; every one must be cleared.
    bytes32[] parties;
    Leg[] legs;
    /// Unix seconds; deposits, reveals and locking strictly before it.
    uint40 depositDeadline;
    /// Unix seconds; EXECUTE strictly before it, timeout from then on.
    uint40 settleDeadline;
    /// Strictly ascending.
    address[] attesters;
    /// How many attesters must clear each party.
    uint8 threshold;
    /// May take MANUAL edges; zero for nobody.
    address operator;
    /// Opening settlement of a repo; zero elsewhere.
    bytes32 parent;
    /// Maturity of a repo, Unix seconds; zero elsewhere. Deposits from then on.
    uint40 notBefore;
}

/// @notice The preimage of a wallet commitment: keccak256(abi.encode(secret, wallet)) == terms.parties[partyIndex].
struct Opening {
    uint8 partyIndex;
    bytes32 secret;
    address wallet;
}

/// @notice A party's signature over Cancel(bytes32 settlementId,uint40 validUntil), with the opening that tells whose it must be.
/// @dev `validUntil` is the last Unix second at which it counts. The signature is an option for its holder until then.
struct Consent {
    Opening opening;
    uint40 validUntil;
    bytes signature;
}

/// @notice The one decision of a settlement. Written once, never changed.
enum Verdict {
    NONE,
    EXECUTE,
    ROLLBACK
}
