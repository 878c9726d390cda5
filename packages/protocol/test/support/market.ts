import { type Address, type Hash, type Hex, parseAbi, parseEther } from "viem";
import { type Chain, ROLES } from "../../../../test/contracts/support/chain.ts";
import type { Packet } from "../../../../test/contracts/support/packets.ts";
import { buildTrade, type Trade } from "../../../../test/contracts/support/terms.ts";
import type { World as Contracts } from "../../../../test/contracts/support/world.ts";
import { REPO_RULESET, type Ruleset, rulesetId, STANDARD_RULESET, toAbiRuleset } from "../../src/index.ts";
import { CLOSING, OPENING } from "./stories.ts";

export type Where = "home" | "away";
export const WHERE = ["home", "away"] as const;

/** A few trades on the real contracts, and what is between their chains. */
export interface Market {
  contracts: Contracts;
  /** By the positions of `stories.ts`: on one chain, across two, three legs with fees, and the closing of the first. */
  trades: Trade[];
  /** Its issuer blocks accounts, so that payments fail. */
  token: Record<Where, Address>;
  /** Messages sent and not yet delivered, any of which may come next. */
  underway: Packet[];
  /** Messages that the verifiers have left out. */
  lost: Packet[];
  /** Those of them that the messenger has skipped. */
  givenUp: Set<Hex>;
  sequence: bigint;
}

export const BLOCKLIST_ABI = parseAbi([
  "function mint(address to, uint256 amount)",
  "function setBlocked(address account, bool blocked)",
]);

/** Where somebody did something, and in which transaction. */
export type Done = Promise<readonly [Chain, Hash] | readonly [null, null]>;

export async function at(chain: Chain, call: Promise<Hash>): Promise<readonly [Chain, Hash]> {
  return [chain, await call];
}

export async function openMarket(contracts: Contracts): Promise<Market> {
  const token = { home: await blockable(contracts.home), away: await blockable(contracts.away) };
  const { home, away } = contracts;
  await contracts.coordinator.write.registerRuleset([toAbiRuleset(REPO_RULESET)]);
  const feeRecipient = home.account(ROLES.feeRecipient).account.address;
  const fees = [10n, 20n].map((amount) => ({ recipient: feeRecipient, amount }));
  const bond = (chain: Chain, where: Where) => ({ chain, token: token[where], amount: 1_000n, from: 0, to: 1 });
  const cash = (chain: Chain, where: Where) => ({ chain, token: token[where], amount: 5_000n, from: 1, to: 0, fees });
  const shapes = [
    [bond(home, "home"), cash(home, "home")],
    [bond(home, "home"), cash(away, "away")],
    [bond(home, "home"), bond(away, "away"), cash(away, "away")],
    [bond(home, "home"), cash(home, "home")],
  ];
  const operator = home.account(ROLES.operator).account.address;
  const accounts = [ROLES.seller, ROLES.buyer];
  const trades: Trade[] = [];
  for (const [position, legs] of shapes.entries()) {
    if (position !== CLOSING) {
      trades.push(await buildTrade(contracts, { legs, accounts, changes: { operator } }));
      continue;
    }
    const notBefore = (await home.helpers.time.latest()) + 1_000;
    const closing = { ruleset: rulesetId(REPO_RULESET), parent: trades[OPENING]?.id as Hex, notBefore };
    trades.push(await buildTrade(contracts, { legs, accounts, changes: { operator, ...closing } }));
  }
  return { contracts, trades, token, underway: [], lost: [], givenUp: new Set(), sequence: 0n };
}

/** The ruleset of a trade of a market. */
export function rulesetOfTrade({ terms }: Trade): Ruleset {
  return terms.ruleset === rulesetId(REPO_RULESET) ? REPO_RULESET : STANDARD_RULESET;
}

async function blockable(chain: Chain): Promise<Address> {
  const token = await chain.viem.deployContract("BlocklistToken");
  for (const role of [ROLES.seller, ROLES.buyer]) {
    const { account } = chain.account(role);
    await chain.account(role).writeContract({
      address: token.address,
      abi: BLOCKLIST_ABI,
      functionName: "mint",
      args: [account.address, parseEther("1")],
    });
  }
  return token.address;
}
