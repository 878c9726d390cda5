import { expect } from "chai";
import { getAddress, type Hex, isAddressEqual, zeroAddress } from "viem";
import { ROLES } from "../../../../test/contracts/support/chain.ts";
import type { Trade } from "../../../../test/contracts/support/terms.ts";
import {
  clearanceOf,
  encodeTerms,
  escrowOf,
  escrowRecordOf,
  hashTerms,
  LegStatus,
  legStatusOf,
  nextTransitions,
  pathProvenAt,
  recordOf,
  rulesetOf,
  settlementOf,
  statementsOf,
  type Terms,
  verdictAt,
  type World,
} from "../../src/index.ts";
import { type Market, rulesetOfTrade, WHERE } from "./market.ts";

/** Everything a view of a contract can say of the trades, against what the logs say. Gives back where their legs stand. */
export async function compare(market: Market, folded: World, trades: readonly Trade[]): Promise<LegStatus[]> {
  const statuses: LegStatus[] = [];
  for (const trade of trades) {
    const { id, terms } = trade;
    expect(hashTerms(terms)).to.equal(id);
    expect(recordOf(folded, id)).to.deep.equal(await market.contracts.coordinator.read.stateOf([id]));
    statuses.push(...(await compareEscrows(market, folded, trade)));
    await compareStatements(market, folded, trade);
    if (recordOf(folded, id).created) await compareGates(market, folded, trade);
  }
  return statuses;
}

async function compareEscrows({ contracts }: Market, folded: World, trade: Trade): Promise<LegStatus[]> {
  const { id, terms, openings } = trade;
  const statuses: LegStatus[] = [];
  for (const where of WHERE) {
    const { chainId } = contracts[where];
    const { read } = contracts.escrow[where];
    expect(escrowRecordOf(folded, chainId, id)).to.deep.equal(await read.stateOf([id]));
    expect(verdictAt(folded, chainId, id)).to.equal(await read.verdictOf([id]));
    expect(pathProvenAt(folded, chainId)).to.equal(await read.pathProven());
    for (const index of terms.legs.keys()) {
      const status = legStatusOf(folded, chainId, id, index);
      expect(status).to.equal(await read.legStatus([id, BigInt(index)]));
      statuses.push(status);
      const { paidTo, redirectedTo } = escrowOf(folded, chainId, id)?.legs.get(index) ?? {};
      expect(redirectedTo ?? zeroAddress).to.equal(await read.redirectOf([id, BigInt(index)]));
      if (paidTo && redirectedTo) expect(paidTo).to.equal(redirectedTo);
    }
    const wallets = escrowOf(folded, chainId, id)?.wallets;
    const [first] = wallets?.keys() ?? [];
    // Where everything was paid with the verdict, the escrow keeps of the recipients' wallets the first alone.
    const here = terms.legs.every((leg) => leg.chainId === BigInt(chainId));
    const settled =
      here && terms.legs.every((_, index) => legStatusOf(folded, chainId, id, index) === LegStatus.RELEASED);
    for (const { partyIndex } of openings) {
      const forgotten = settled && partyIndex !== first && terms.legs.some(({ to }) => to === partyIndex);
      const wallet = forgotten ? zeroAddress : (wallets?.get(partyIndex)?.wallet ?? zeroAddress);
      expect(wallet).to.equal(await read.walletOf([id, BigInt(partyIndex)]));
    }
  }
  return statuses;
}

async function compareStatements({ contracts }: Market, folded: World, { id, terms }: Trade): Promise<void> {
  const remembered = statementsOf(folded, id, terms);
  for (const attester of terms.attesters) {
    const word = remembered.find((one) => isAddressEqual(one.attester, attester));
    const [statuses, validUntil] = await contracts.registry.read.statementOf([id, attester, terms.parties]);
    const said = statuses.map((_, position) => word?.statuses[position] ?? 0);
    expect([said, word?.validUntil ?? 0]).to.deep.equal([statuses, validUntil]);
  }
}

async function compareGates({ contracts }: Market, folded: World, trade: Trade): Promise<void> {
  const { coordinator, home, away, registry } = contracts;
  const { id, terms } = trade;
  const now = await home.helpers.time.latest();
  const clearance = clearanceOf(folded, id, terms, now);
  const { attesters, parties, threshold, settleDeadline } = terms;
  const args = [id, parties, attesters, threshold, settleDeadline] as const;
  expect(clearance).to.equal(await registry.read.clearanceOf(args));
  const ruleset = rulesetOfTrade(trade);
  expect(rulesetOf(folded, id)).to.deep.equal(ruleset);
  expect(encodeTerms(settlementOf(folded, id)?.terms as Terms)).to.equal(encodeTerms(terms));
  const record = recordOf(folded, id);
  const parentKind = recordOf(folded, terms.parent as Hex).kind;
  const chainIds = [home.chainId, away.chainId];
  for (const role of [ROLES.operator, ROLES.stranger]) {
    const caller = getAddress(home.account(role).account.address);
    const mirror = nextTransitions({ terms, ruleset, record, clearance, now, chainIds, parentKind, caller });
    expect(mirror).to.deep.equal(await coordinator.read.nextTransitions([terms], { account: caller }));
  }
}

/** What was found stuck on the paths between the chains. */
export async function compareNonces({ contracts, lost, givenUp }: Market, folded: World): Promise<void> {
  const delay = await contracts.messenger.home.read.STUCK_DELAY();
  for (const { dstEid, nonce, guid } of lost) {
    const where = dstEid === contracts.home.eid ? "home" : "away";
    const [from, to] = where === "home" ? [contracts.away, contracts.home] : [contracts.home, contracts.away];
    const mark = folded.chains.get(to.chainId)?.stuck.get(from.chainId)?.get(nonce);
    const markedAt = await contracts.messenger[where].read.markedAt([BigInt(from.chainId), nonce]);
    expect(mark === undefined ? 0n : mark.skippableAt - delay).to.equal(markedAt);
    expect(mark?.skipped ?? false).to.equal(givenUp.has(guid));
  }
}
