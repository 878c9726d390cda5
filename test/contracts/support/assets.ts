import { type Address, getAddress, type Hash, type Hex, stringToHex, zeroHash } from "viem";
import { type Chain, ROLES } from "./chain.ts";
import { buildTrade, type Fee, type Opening, type Trade, type TradeSpec } from "./terms.ts";
import { legOf, openingOf, varyLeg } from "./trades.ts";
import { Trex } from "./trex.ts";
import type { World } from "./world.ts";

/** How a leg's token is moved; the numbers are part of the terms. */
export const STANDARD = { ERC20: 0, ERC721: 1, ERC1400: 2, ERC3643: 3, ERC1155: 4 } as const;
export type StandardName = keyof typeof STANDARD;
export const STANDARDS = Object.keys(STANDARD) as StandardName[];

/** What a leg says about what it moves. */
export interface Asset {
  token: Address;
  standard: number;
  tokenId: bigint;
  partition: Hex;
}

/** One asset of one standard, with the same few things to do for all of them. */
export interface Holding {
  asset: Asset;
  /** Lets an account hold it at all. */
  admit(account: Address): Promise<unknown>;
  give(to: Address, amount: bigint): Promise<unknown>;
  /** The account of this number lets somebody move its holding. */
  allow(account: number, operator: Address, amount: bigint): Promise<unknown>;
  held(account: Address): Promise<bigint>;
}

const TOKEN_ID = 7n;
export const PARTITION: Hex = stringToHex("reserved", { size: 32 });

export function assetOf(token: { address: Address }, standard: StandardName): Asset {
  const byId = standard === "ERC721" || standard === "ERC1155";
  return {
    token: getAddress(token.address),
    standard: STANDARD[standard],
    tokenId: byId ? TOKEN_ID : 0n,
    partition: standard === "ERC1400" ? PARTITION : zeroHash,
  };
}

const anybody = () => Promise.resolve();

const OPEN: { [name in StandardName]: (chain: Chain) => Promise<Holding> } = {
  ERC20: async (chain) => {
    const token = await chain.viem.deployContract("MintableToken");
    return {
      asset: assetOf(token, "ERC20"),
      admit: anybody,
      give: (to, amount) => token.write.mint([to, amount]),
      allow: (account, operator, amount) =>
        token.write.approve([operator, amount], { account: chain.address(account) }),
      held: (account) => token.read.balanceOf([account]),
    };
  },
  ERC721: async (chain) => {
    const token = await chain.viem.deployContract("MintableNft");
    return {
      asset: assetOf(token, "ERC721"),
      admit: anybody,
      give: (to) => token.write.mint([to, TOKEN_ID]),
      allow: (account, operator) => token.write.approve([operator, TOKEN_ID], { account: chain.address(account) }),
      held: (account) => token.read.balanceOf([account]),
    };
  },
  ERC1155: async (chain) => {
    const token = await chain.viem.deployContract("MintableMulti");
    return {
      asset: assetOf(token, "ERC1155"),
      admit: anybody,
      give: (to, amount) => token.write.mint([to, TOKEN_ID, amount]),
      allow: (account, operator) =>
        token.write.setApprovalForAll([operator, true], { account: chain.address(account) }),
      held: (account) => token.read.balanceOf([account, TOKEN_ID]),
    };
  },
  ERC1400: async (chain) => {
    const token = await chain.viem.deployContract("PartitionedToken");
    return {
      asset: assetOf(token, "ERC1400"),
      admit: anybody,
      give: (to, amount) => token.write.issueByPartition([PARTITION, to, amount]),
      allow: (account, operator) =>
        token.write.authorizeOperatorByPartition([PARTITION, operator], { account: chain.address(account) }),
      held: (account) => token.read.balanceOfByPartition([PARTITION, account]),
    };
  },
  ERC3643: async (chain) => {
    const token = await Trex.deploy(chain);
    return {
      asset: assetOf(token, "ERC3643"),
      admit: (account) => token.verify(account),
      give: (to, amount) => token.write("mint", [to, amount]),
      allow: (account, operator, amount) => token.write("approve", [operator, amount], account),
      held: (account) => token.balanceOf(account),
    };
  },
};

/** Deploys a token of this standard: the real one where there is one. */
export function openHolding(chain: Chain, standard: StandardName): Promise<Holding> {
  return OPEN[standard](chain);
}

/** Cash that buys the asset, where a test needs the other leg at all. */
export const PRICE = 5_000_000n;

/** The asset on one chain, leg 0, against cash on the same one or the other, leg 1. */
export async function assetTrade(
  world: World,
  asset: Asset,
  amount: bigint,
  options: { assetOn?: Chain; cashOn?: Chain; fees?: readonly Fee[] } & Partial<TradeSpec> = {},
): Promise<Trade> {
  const { assetOn = world.home, cashOn = world.home, fees = [], ...spec } = options;
  const cash = (cashOn === world.home ? world.side.home : world.side.away).cash;
  const trade = await buildTrade(world, {
    legs: [
      { chain: assetOn, token: asset.token, amount, from: 0, to: 1, fees },
      { chain: cashOn, token: cash, amount: PRICE, from: 1, to: 0 },
    ],
    accounts: [ROLES.seller, ROLES.buyer],
    ...spec,
  });
  return varyLeg(world, trade, 0, asset);
}

/** The seller gives leave and deposits the asset, revealing the buyer unless told otherwise. */
export async function depositAsset(
  world: World,
  trade: Trade,
  holding: Pick<Holding, "allow">,
  options: { openings?: readonly Opening[]; value?: bigint } = {},
): Promise<Hash> {
  const { openings = [openingOf(trade, 1)], value = 0n } = options;
  const leg = legOf(trade, 0);
  const escrow = leg.chainId === BigInt(world.home.chainId) ? world.escrow.home : world.escrow.away;
  await holding.allow(ROLES.seller, escrow.address, leg.amount);
  const account = world.home.address(ROLES.seller);
  return escrow.write.depositLeg([trade.terms, 0n, openingOf(trade, 0).secret, openings], { account, value });
}
