import type { RpcRequestError } from "viem";

/**
 * What a node said to a transaction. `taken`: it is in its pool; `known`: it was there before. `nonce_too_low`: the nonce is used, by
 * these bytes or others. `replacement_underpriced`: others with this nonce are in the pool, and these do not pay enough more.
 * `underpriced`: the fees are below what the node takes now. `refused`: any other reason, by which it will never take these bytes as they are or
 * not at present. `rate_limited` and `unreachable` say nothing of the transaction.
 */
export type BroadcastOutcome =
  | "taken"
  | "known"
  | "nonce_too_low"
  | "replacement_underpriced"
  | "underpriced"
  | "insufficient_funds"
  | "refused"
  | "rate_limited"
  | "unreachable";

/**
 * By the text, in this order: the codes are no guide. geth gives -32000 to all, anvil and reth -32003; Besu has one for most, of which
 * others use -32001, -32004 and -32005 for a missing resource, a missing method and a limit of requests.
 */
const TEXTS: readonly [RegExp, BroadcastOutcome][] = [
  // geth, reth, Nethermind; anvil and parity; Besu and older geth; Erigon; older Nethermind
  [/already (known|imported)|known transaction|existing txn? with same hash|^AlreadyKnown/i, "known"],
  // The nonce of an authorization (EIP-7702) is not the transaction's.
  [/(?<!authority )nonce (is )?too low|^OldNonce/i, "nonce_too_low"],
  // Erigon, older Nethermind
  [/replacement.*underpriced|could not replace existing tx|^ReplacementNotAllowed/i, "replacement_underpriced"],
  [
    // geth, reth, anvil; Erigon; Besu; older Nethermind
    /underpriced|less than block base fee|fee too low|gas price (is )?below|max fee per gas.*below|^FeeTooLow/i,
    "underpriced",
  ],
  // geth, reth, anvil, Nethermind, Erigon; Besu; older Nethermind
  [
    /insufficient funds|upfront cost exceeds account balance|^InsufficientFunds|not enough funds/i,
    "insufficient_funds",
  ],
];

/** What a node meant by its error to eth_sendRawTransaction. */
export function classifyBroadcast({ details }: Pick<RpcRequestError, "details">): BroadcastOutcome {
  // Erigon puts a gRPC code before some: "INTERNAL_ERROR: could not replace existing tx".
  const text = details.replace(/^[A-Z_]+: /, "");
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? "refused";
}
