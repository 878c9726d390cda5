import fc from "fast-check";
import { type Address, type Hex, parseEther } from "viem";
import { ROLES } from "../../../../test/contracts/support/chain.ts";
import { statementArgs, statementOf } from "../../../../test/contracts/support/compliance.ts";
import { packetsOf } from "../../../../test/contracts/support/packets.ts";
import { revertOf } from "../../../../test/contracts/support/revert.ts";
import type { Trade } from "../../../../test/contracts/support/terms.ts";
import { cancel, redirect, waive, waiveBySig } from "./consenting.ts";
import { at, BLOCKLIST_ABI, type Done, type Market, rulesetOfTrade, WHERE, type Where } from "./market.ts";

/** Parties, relayers, issuers, verifiers and strangers doing anything in any order to a few trades on the real contracts. */

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
    { weight: 3, arbitrary: fc.constantFrom("waive" as const, "waiveBySig" as const, "redirect" as const) },
    { weight: 1, arbitrary: fc.constantFrom("fail" as const, "operate" as const, "timeout" as const, "wait" as const) },
    { weight: 1, arbitrary: fc.constantFrom("cancel" as const, "lose" as const, "mark" as const, "skip" as const) },
    { weight: 1, arbitrary: fc.constantFrom("block" as const, "unblock" as const) },
  ),
  trade: fc.nat({ max: 3 }),
  where: fc.constantFrom(...WHERE),
  number: fc.nat({ max: 3 }),
});

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

const NOTHING = [null, null] as const;
/** An hour and more, half an hour, and longer than the verifiers may leave a message out. */
const WAITS = [4_000, 2_000, 8 * 86_400, 4_000];

const deeds = {
  create: ({ contracts }, { terms }) => at(contracts.home, contracts.coordinator.write.createSettlement([terms])),
  advance: ({ contracts }, { terms }) => at(contracts.home, contracts.coordinator.write.advance([terms])),
  timeout: ({ contracts }, { terms }) => at(contracts.home, contracts.coordinator.write.timeout([terms])),
  pass: (market, trade) => attest(market, trade, 1),
  fail: (market, trade) => attest(market, trade, 3),
  operate: ({ contracts }, trade, _, number) => {
    const { account } = contracts.home.account(number === 0 ? ROLES.stranger : ROLES.operator);
    const target = rulesetOfTrade(trade).states.findIndex(({ name }) => name === "ROLLED_BACK");
    const { terms } = trade;
    return at(contracts.home, contracts.coordinator.write.transition([terms, target, terms.ruleset], { account }));
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
    if (packet === undefined) return NOTHING;
    const target = packet.dstEid === contracts.home.eid ? contracts.home : contracts.away;
    // LayerZero executes nothing before what was sent earlier is verified: a message that came too soon is still under way.
    const hash = contracts.deliver(packet).catch((refused: unknown) => {
      underway.push(packet);
      throw refused;
    });
    return at(target, hash);
  },
  lose: async ({ underway, lost }, _trade, _where, number) => {
    lost.push(...underway.splice(number % Math.max(underway.length, 1), 1));
    return NOTHING;
  },
  mark: async (market, _trade, where) => {
    const { contracts, underway } = market;
    const { from, to, gap } = stuckPath(market, where);
    const above = underway.find(({ dstEid, nonce }) => dstEid === to.eid && gap !== undefined && nonce > gap.nonce);
    if (gap === undefined || above === undefined) return NOTHING;
    await contracts.side[where].courier.verifyAndCommit(above);
    const args = [BigInt(from.chainId), gap.nonce, above.nonce] as const;
    return at(to, contracts.messenger[where].write.markStuck(args));
  },
  skip: async (market, _trade, where) => {
    const { from, to, gap } = stuckPath(market, where);
    if (gap === undefined) return NOTHING;
    const done = await at(to, market.contracts.messenger[where].write.skipStuck([BigInt(from.chainId), gap.nonce]));
    market.givenUp.add(gap.guid);
    return done;
  },
  claim: ({ contracts }, { terms }, where, number) =>
    at(contracts[where], contracts.escrow[where].write.claim([terms, BigInt(number)])),
  release: ({ contracts }, { terms }, where) => at(contracts[where], contracts.escrow[where].write.release([terms])),
  refund: ({ contracts }, { terms }, where) =>
    at(contracts[where], contracts.escrow[where].write.refundExpired([terms])),
  cancel,
  waive,
  waiveBySig,
  redirect,
  block: (market, _, where, number) => setBlocked(market, where, number, true),
  unblock: (market, _, where, number) => setBlocked(market, where, number, false),
  wait: async ({ contracts }, _trade, _where, number) => {
    for (const where of WHERE) await contracts[where].helpers.time.increase(WAITS[number] ?? 0);
    return NOTHING;
  },
} satisfies Record<string, (market: Market, trade: Trade, where: Where, number: number) => Done>;

/** The path to a chain and the first message on it that was left out and not yet given up. */
function stuckPath({ contracts, lost, givenUp }: Market, where: Where) {
  const [from, to] = where === "home" ? [contracts.away, contracts.home] : [contracts.home, contracts.away];
  const gaps = lost.filter(({ dstEid, guid }) => dstEid === to.eid && !givenUp.has(guid));
  return { from, to, gap: gaps.sort((left, right) => Number(left.nonce - right.nonce))[0] };
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
