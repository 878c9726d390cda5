import type { Hash, Hex } from "viem";
import { ROLES } from "../../../../test/contracts/support/chain.ts";
import { revertOf } from "../../../../test/contracts/support/revert.ts";
import type { Trade } from "../../../../test/contracts/support/terms.ts";
import { cancelTypedData, redirectTypedData, waiveTypedData } from "../../src/index.ts";
import { at, type Done, type Market, type Where } from "./market.ts";

/** What parties do of their own will: cancel, waive, name another wallet. All signatures are over the package's typed data. */

/** Neither party, but a wallet that one may name, and that may then speak for its leg. */
const NAMED = ROLES.relayer;

/** All parties sign; asked for on the other chain, the last one does not. */
export async function cancel({ contracts }: Market, trade: Trade, where: Where): Done {
  const { home, coordinator } = contracts;
  const { terms } = trade;
  const validUntil = (await home.helpers.time.latest()) + 600;
  const willing = where === "home" ? trade.openings : trade.openings.slice(0, -1);
  const consents = [];
  for (const [position, opening] of willing.entries()) {
    const signature = await home
      .account(trade.accounts[position] ?? 0)
      .signTypedData(cancelTypedData({ terms, validUntil }));
    consents.push({ opening, validUntil, signature });
  }
  return at(home, coordinator.write.cancel([terms, consents]));
}

/** By the recipient, or the wallet that it has named; asked for a leg that is not there, by a stranger. */
export function waive(market: Market, trade: Trade, _: Where, number: number): Done {
  const { chain, escrow, index, recipient } = legOf(market, trade, number);
  const callers = number < trade.terms.legs.length ? [recipient, NAMED] : [ROLES.stranger];
  const { terms } = trade;
  const calls = callers.map((role) => () => {
    const { account } = chain.account(role);
    return escrow.write.waive([terms, BigInt(index)], { account });
  });
  return at(chain, firstAllowed(calls));
}

/** A stranger brings the recipient's signature, or that of the wallet that it has named. */
export async function waiveBySig(market: Market, trade: Trade, _: Where, number: number): Done {
  const { chain, escrow, index, recipient, depositor } = legOf(market, trade, number);
  const { terms } = trade;
  const validUntil = (await chain.helpers.time.latest()) + 600;
  const given = { terms, legIndex: index, depositor: chain.address(depositor), validUntil };
  const calls = [recipient, NAMED].map((role) => async () => {
    const signature = await chain.account(role).signTypedData(waiveTypedData(given));
    return escrow.write.waiveBySig([terms, BigInt(index), validUntil, signature]);
  });
  return at(chain, firstAllowed(calls));
}

/** By whoever is owed the leg, with the attester's signature. */
export async function redirect(market: Market, trade: Trade, _: Where, number: number): Done {
  const { chain, escrow, index, recipient, depositor } = legOf(market, trade, number);
  const { terms } = trade;
  const validUntil = (await chain.helpers.time.latest()) + 600;
  const calls = [recipient, depositor, NAMED].map((role) => async () => {
    const wallet = chain.address(role === NAMED ? ROLES.stranger : NAMED);
    const signed = redirectTypedData({ terms, legIndex: index, wallet, validUntil });
    const signatures: Hex[] = [await chain.account(ROLES.attester).signTypedData(signed)];
    const { account } = chain.account(role);
    return escrow.write.redirect([terms, BigInt(index), wallet, validUntil, signatures], { account });
  });
  return at(chain, firstAllowed(calls));
}

function legOf({ contracts }: Market, { terms, accounts }: Trade, number: number) {
  const index = number % terms.legs.length;
  const leg = terms.legs[index];
  const where = leg?.chainId === BigInt(contracts.home.chainId) ? "home" : "away";
  const roleOf = (party = 1) => accounts[(party - 1) / 2] ?? 0;
  const roles = { recipient: roleOf(leg?.to), depositor: roleOf(leg?.from) };
  return { chain: contracts[where], escrow: contracts.escrow[where], index, ...roles };
}

/** The first call that the contract takes; when it takes none, the refusal of the last. */
async function firstAllowed(calls: readonly (() => Promise<Hash>)[]): Promise<Hash> {
  const [call, ...others] = calls;
  if (call === undefined) throw new Error("nobody calls");
  const attempt = call();
  if (others.length === 0) return attempt;
  try {
    return await attempt;
  } catch {
    await revertOf(attempt);
    return firstAllowed(others);
  }
}
