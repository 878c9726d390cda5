import { randomBytes } from "node:crypto";
import { rulesetId, STANDARD_RULESET, type Terms, toAbiRuleset } from "@keystoneos/protocol";
import { type Address, bytesToHex, getAddress, type Hex } from "viem";
import { COORDINATOR_CHAIN, DEPLOYMENT, OTHER_CHAIN } from "./deployment.ts";
import { type ChainLog, log } from "./logs.ts";

export const hash = (): Hex => bytesToHex(randomBytes(32));
export const account = (): Address => getAddress(bytesToHex(randomBytes(20)));
export const STANDARD = rulesetId(STANDARD_RULESET);

/** The log that registers the standard ruleset. */
export const registered: ChainLog = log("coordinator", "RulesetRegistered", {
  rulesetId: STANDARD,
  ruleset: toAbiRuleset(STANDARD_RULESET),
});

/** Terms of two legs on two chains. */
export function sampleTerms(): Terms {
  const leg = (chainId: number, from: number, to: number) => ({
    chainId: BigInt(chainId),
    escrow: DEPLOYMENT.contracts.escrow,
    token: account(),
    standard: 0,
    tokenId: 0n,
    amount: 10n ** 24n,
    partition: `0x${"00".repeat(32)}` as Hex,
    from,
    to,
    fees: [{ recipient: account(), amount: 25n }],
  });
  return {
    ref: bytesToHex(randomBytes(16)),
    chainId: BigInt(COORDINATOR_CHAIN),
    coordinator: DEPLOYMENT.contracts.coordinator,
    ruleset: STANDARD,
    parties: [hash(), hash(), hash(), hash()],
    legs: [leg(COORDINATOR_CHAIN, 1, 3), leg(OTHER_CHAIN, 3, 1)],
    depositDeadline: 1_900_000_000,
    settleDeadline: 1_900_000_060,
    attesters: [account()],
    threshold: 1,
    operator: account(),
    parent: `0x${"00".repeat(32)}`,
    notBefore: 0,
  };
}
