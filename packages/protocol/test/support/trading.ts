import fc from "fast-check";
import { type Address, type Hash, type Hex, parseAbi, parseEther } from "viem";
import { type Chain, ROLES } from "../../../../test/contracts/support/chain.ts";
import { statementArgs, statementOf } from "../../../../test/contracts/support/compliance.ts";
import { type Packet, packetsOf } from "../../../../test/contracts/support/packets.ts";
import { revertOf } from "../../../../test/contracts/support/revert.ts";
import { buildTrade, type Trade } from "../../../../test/contracts/support/terms.ts";
import type { World as Contracts } from "../../../../test/contracts/support/world.ts";

/** Parties, relayers, issuers and strangers doing anything in any order to a few trades on the real contracts. */

export type Where = "home" | "away";
const WHERE = ["home", "away"] as const;
const BLOCKLIST_ABI = parseAbi([
  "function mint(address to, uint256 amount)",
  "function setBlocked(address account, bool blocked)",
]);
/** More than any message costs; what is left comes back. */
const PLENTY = parseEther("0.1");

/** One call somebody makes. Whether it is allowed is for the contracts to say. */
export interface Deed {
  what: keyof typeof deeds;
  trade: number;
  where: Where;
  number: number;
}

/** Waiting is rare, and an opening sequence is likely, so that trades come to every end. */
export const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("create" as const, "pass" as const, "advance" as const) },
    { weight: 8, arbitrary: fc.constantFrom("deposit" as const, "reveal" as const, "deliver" as const) },
    { weight: 3, arbitrary: fc.constantFrom("notifyLocked" as const, "notifyReleased" as const, "dispatch" as const) },
    { weight: 3, arbitrary: fc.constantFrom("claim" as const, "release" as const, "refund" as const) },
    { weight: 1, arbitrary: fc.constantFrom("fail" as const, "operate" as const, "timeout" as const, "wait" as const) },
    { weight: 1, arbitrary: fc.constantFrom("block" as const, "unblock" as const) },
  ),
  trade: fc.nat({ max: 2 }),
  where: fc.constantFrom(...WHERE),
  number: fc.nat({ max: 3 }),
});

/** The deeds that bring one trade to its end when nothing comes between. */
export function straight(trade: number): Deed[] {
  const of = (what: Deed["what"], where: Where = "home", number = 0): Deed => ({ what, trade, where, number });
  const deposits = [0, 1, 2].map((leg) => of("deposit", "home", leg));
  const reveals = WHERE.flatMap((where) => [0, 1].map((party) => of("reveal", where, party)));
  const deliver = Array.from({ length: 3 }, () => of("deliver"));
  const end = [of("dispatch", "away"), ...deliver, of("release", "away"), of("notifyReleased", "away"), ...deliver];
  return [
    of("create"),
    of("pass"),
    of("advance"),
    ...deposits,
    ...reveals,
    of("notifyLocked", "away"),
    ...deliver,
    ...end,
  ];
}

const of = (what: Deed["what"], trade: number, where: Where = "home", number = 0): Deed => ({
  what,
  trade,
  where,
  number,
});
const waits = [of("wait", 0), of("wait", 0)];
/** Up to where the coordinator has taken EXECUTE for the cross-chain trade and sent it. */
const decided = straight(1).slice(0, straight(1).findIndex(({ what }) => what === "dispatch") + 1);

/** Courses that random deeds seldom take, each with its end and the events that prove that it was taken. */
export const stories: { name: string; deeds: Deed[]; end: string; events: string[] }[] = [
  { name: "one chain, to the end", deeds: straight(0), end: "FINALIZED", events: ["LegReleased", "FeePaid"] },
  {
    name: "two chains, to the end",
    deeds: straight(1),
    end: "FINALIZED",
    events: ["VerdictDispatched", "VerdictReceived", "ReleaseReported"],
  },
  { name: "three legs with fees, to the end", deeds: straight(2), end: "FINALIZED", events: ["FeePaid"] },
  {
    name: "a fee recipient that is blocked, and claimed for again and again",
    deeds: [
      of("block", 1, "away", 2),
      ...straight(1),
      ...Array.from({ length: 3 }, () => of("claim", 1, "away", 1)),
      of("unblock", 1, "away", 2),
      of("claim", 1, "away", 1),
    ],
    end: "FINALIZED",
    events: ["FeeOwed", "FeePaid"],
  },
  {
    name: "a recipient that is blocked, then paid after all",
    deeds: [
      of("block", 1, "away", 0),
      ...straight(1),
      of("claim", 1, "away", 1),
      of("unblock", 1, "away", 0),
      of("claim", 1, "away", 1),
    ],
    end: "FINALIZED",
    events: ["LegClaimable", "LegReleased"],
  },
  {
    name: "a counterparty that never pays",
    deeds: [
      ...straight(1).slice(0, 4),
      ...waits,
      of("timeout", 1),
      of("refund", 1),
      of("dispatch", 1),
      of("deliver", 1),
    ],
    end: "TIMED_OUT",
    events: ["LegRefunded", "VerdictDispatched"],
  },
  {
    name: "a verdict that comes to a locked escrow as rollback",
    deeds: [
      of("create", 1),
      of("pass", 1),
      of("advance", 1),
      of("deposit", 1, "home", 1),
      of("reveal", 1, "away", 0),
      ...waits,
      of("advance", 1),
      of("dispatch", 1),
      ...Array.from({ length: 4 }, () => of("deliver", 1)),
      of("refund", 1, "away"),
    ],
    end: "TIMED_OUT",
    events: ["LegsLocked", "VerdictReceived", "LegRefunded"],
  },
  {
    name: "a party that fails",
    deeds: [of("create", 1), of("advance", 1), of("fail", 1), of("advance", 1)],
    end: "ROLLED_BACK",
    events: ["Attested", "VerdictTaken"],
  },
  {
    name: "an operator who steps in",
    deeds: [of("create", 1), of("operate", 1, "home", 0), of("operate", 1, "home", 1)],
    end: "ROLLED_BACK",
    events: ["StateTransition", "VerdictTaken"],
  },
  {
    name: "a verdict without creation",
    deeds: [...waits, of("timeout", 2), of("create", 2)],
    end: "TIMED_OUT",
    events: ["VerdictTaken"],
  },
  {
    name: "the same verdict, sent again and delivered late",
    deeds: [
      ...decided,
      of("dispatch", 1),
      ...Array.from({ length: 4 }, () => of("deliver", 1)),
      of("release", 1, "away"),
    ],
    end: "EXECUTING_SWAP",
    events: ["VerdictDispatched", "LegReleased"],
  },
];

export interface Market {
  contracts: Contracts;
  trades: Trade[];
  /** Its issuer blocks accounts, so that payments fail. */
  token: Record<Where, Address>;
  /** Messages sent and not yet delivered, any of which may come next. */
  underway: Packet[];
  sequence: bigint;
}

/** A trade on one chain, one across two, and three legs with fees. */
export async function openMarket(contracts: Contracts): Promise<Market> {
  const token = { home: await blockable(contracts.home), away: await blockable(contracts.away) };
  const { home, away } = contracts;
  const feeRecipient = home.account(ROLES.feeRecipient).account.address;
  const fees = [10n, 20n].map((amount) => ({ recipient: feeRecipient, amount }));
  const bond = (chain: Chain, where: Where) => ({ chain, token: token[where], amount: 1_000n, from: 0, to: 1 });
  const cash = (chain: Chain, where: Where) => ({ chain, token: token[where], amount: 5_000n, from: 1, to: 0, fees });
  const shapes = [
    [bond(home, "home"), cash(home, "home")],
    [bond(home, "home"), cash(away, "away")],
    [bond(home, "home"), bond(away, "away"), cash(away, "away")],
  ];
  const operator = home.account(ROLES.operator).account.address;
  const trades: Trade[] = [];
  for (const legs of shapes) {
    trades.push(await buildTrade(contracts, { legs, accounts: [ROLES.seller, ROLES.buyer], changes: { operator } }));
  }
  return { contracts, trades, token, underway: [], sequence: 0n };
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

/** Does it, or lets the contracts refuse it. Whatever messages it sends are under way afterwards. */
export async function perform(market: Market, { what, trade, where, number }: Deed): Promise<void> {
  const subject = market.trades[trade % market.trades.length] as Trade;
  const call = deeds[what](market, subject, where, number);
  const [chain, hash] = await call.catch(async () => {
    await revertOf(call);
    return [null, null] as const;
  });
  if (chain !== null) market.underway.push(...(await packetsOf(chain, hash)));
}

type Done = Promise<readonly [Chain, Hash] | readonly [null, null]>;

const deeds = {
  create: ({ contracts }, { terms }) => at(contracts.home, contracts.coordinator.write.createSettlement([terms])),
  advance: ({ contracts }, { terms }) => at(contracts.home, contracts.coordinator.write.advance([terms])),
  timeout: ({ contracts }, { terms }) => at(contracts.home, contracts.coordinator.write.timeout([terms])),
  pass: (market, trade) => attest(market, trade, 1),
  fail: (market, trade) => attest(market, trade, 3),
  operate: ({ contracts }, { terms }, _, number) => {
    const { account } = contracts.home.account(number === 0 ? ROLES.stranger : ROLES.operator);
    return at(contracts.home, contracts.coordinator.write.transition([terms, 6, terms.ruleset], { account }));
  },
  deposit: async ({ contracts }, trade, _, number) => {
    const leg = trade.terms.legs[number % trade.terms.legs.length];
    const index = BigInt(number % trade.terms.legs.length);
    const party = ((leg?.from ?? 1) - 1) / 2;
    const where = leg?.chainId === BigInt(contracts.home.chainId) ? "home" : "away";
    const { account } = contracts[where].account(trade.accounts[party] ?? 0);
    const token = await contracts[where].viem.getContractAt("TestToken", leg?.token as Address);
    await token.write.approve([contracts.addresses.escrow, leg?.amount ?? 0n], { account });
    const secret = trade.openings[party]?.secret as Hex;
    const value = number % 2 === 0 ? PLENTY : 0n;
    const write = contracts.escrow[where].write.depositLeg([trade.terms, index, secret, []], { account, value });
    return at(contracts[where], write);
  },
  reveal: ({ contracts }, { terms, openings }, where, number) => {
    const opening = openings.slice(number % 2, (number % 2) + 1);
    return at(contracts[where], contracts.escrow[where].write.reveal([terms, opening]));
  },
  notifyLocked: async ({ contracts }, { terms }, where, number) => {
    const value = await contracts.escrow[where].read.quoteLocked([terms, number % 2 === 0]);
    return at(contracts[where], contracts.escrow[where].write.notifyLocked([terms], { value }));
  },
  notifyReleased: async ({ contracts }, { terms }, where, number) => {
    const value = await contracts.escrow[where].read.quoteReleased([terms, number % 2 === 0]);
    return at(contracts[where], contracts.escrow[where].write.notifyReleased([terms], { value }));
  },
  dispatch: async ({ contracts }, { terms }, _, number) => {
    const chainId = BigInt(contracts.away.chainId);
    const value = await contracts.coordinator.read.quoteDispatch([terms, chainId, number % 2 === 0]);
    return at(contracts.home, contracts.coordinator.write.dispatch([terms, chainId], { value }));
  },
  deliver: async ({ contracts, underway }, _trade, _where, number) => {
    const [packet] = underway.splice(number % Math.max(underway.length, 1), 1);
    if (packet === undefined) return [null, null];
    const target = packet.dstEid === contracts.home.eid ? contracts.home : contracts.away;
    // LayerZero executes nothing before what was sent earlier is verified: a message that came too soon is still under way.
    const hash = contracts.deliver(packet).catch((refused: unknown) => {
      underway.push(packet);
      throw refused;
    });
    return at(target, hash);
  },
  claim: ({ contracts }, { terms }, where, number) =>
    at(contracts[where], contracts.escrow[where].write.claim([terms, BigInt(number)])),
  release: ({ contracts }, { terms }, where) => at(contracts[where], contracts.escrow[where].write.release([terms])),
  refund: ({ contracts }, { terms }, where) =>
    at(contracts[where], contracts.escrow[where].write.refundExpired([terms])),
  block: (market, _, where, number) => setBlocked(market, where, number, true),
  unblock: (market, _, where, number) => setBlocked(market, where, number, false),
  wait: async ({ contracts }) => {
    for (const where of WHERE) await contracts[where].helpers.time.increase(4_000);
    return [null, null];
  },
} satisfies Record<string, (market: Market, trade: Trade, where: Where, number: number) => Done>;

async function at(chain: Chain, call: Promise<Hash>): Promise<readonly [Chain, Hash]> {
  return [chain, await call];
}

function attest(market: Market, trade: Trade, status: number): Done {
  market.sequence += 1n;
  const statuses = trade.terms.parties.map(() => status);
  const statement = statementOf(trade, { statuses, sequence: market.sequence });
  const { home, registry } = market.contracts;
  const { account } = home.account(ROLES.attester);
  return at(home, registry.write.attest(statementArgs(statement), { account }));
}

async function setBlocked({ contracts, token }: Market, where: Where, number: number, blocked: boolean): Done {
  const role = [ROLES.seller, ROLES.buyer, ROLES.feeRecipient, ROLES.feeRecipient][number] ?? ROLES.seller;
  const call = contracts[where].account(ROLES.deployer).writeContract({
    address: token[where],
    abi: BLOCKLIST_ABI,
    functionName: "setBlocked",
    args: [contracts.home.account(role).account.address, blocked],
  });
  return at(contracts[where], call);
}
