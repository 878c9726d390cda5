import { expect } from "chai";
import fc from "fast-check";
import { getAddress, type Hex, zeroAddress } from "viem";
import { ROLES } from "../../../test/contracts/support/chain.ts";
import {
  applyEvent,
  clearanceOf,
  decodeMessage,
  emptyWorld,
  encodeMessage,
  encodeTerms,
  escrowOf,
  escrowRecordOf,
  hashTerms,
  legStatusOf,
  messageOf,
  nextTransitions,
  pathProvenAt,
  recordOf,
  rulesetOf,
  STANDARD_RULESET,
  settlementOf,
  stateNameOf,
  type Terms,
  verdictAt,
  type World,
} from "../src/index.ts";
import { type ContractWorld, foldedWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";
import { type Deed, deed, type Market, openMarket, perform, stories, straight, type Where } from "./support/trading.ts";

const WHERE: Where[] = ["home", "away"];

describe("settlements, as the contracts run them", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;
  const ends = new Set<string | null>();
  const legStatuses = new Set<number>();

  before(async () => {
    world = await openContracts();
  });

  /** Everything a view of a contract can say of the trades, against what the logs say. */
  async function compare({ contracts, trades }: Market, folded: World): Promise<void> {
    const { coordinator, home } = contracts;
    for (const { id, terms, openings } of trades) {
      expect(hashTerms(terms)).to.equal(id);
      expect(recordOf(folded, id)).to.deep.equal(await coordinator.read.stateOf([id]));
      for (const where of WHERE) {
        const { chainId } = contracts[where];
        const escrow = contracts.escrow[where];
        expect(escrowRecordOf(folded, chainId, id)).to.deep.equal(await escrow.read.stateOf([id]));
        expect(verdictAt(folded, chainId, id)).to.equal(await escrow.read.verdictOf([id]));
        expect(pathProvenAt(folded, chainId)).to.equal(await escrow.read.pathProven());
        for (const index of terms.legs.keys()) {
          const status = legStatusOf(folded, chainId, id, index);
          expect(status).to.equal(await escrow.read.legStatus([id, BigInt(index)]));
          legStatuses.add(status);
        }
        for (const { partyIndex } of openings) {
          const wallet = escrowOf(folded, chainId, id)?.wallets.get(partyIndex)?.wallet ?? zeroAddress;
          expect(wallet).to.equal(await escrow.read.walletOf([id, BigInt(partyIndex)]));
        }
      }
      if (recordOf(folded, id).created) await compareGates(folded, id, terms);
      ends.add(stateNameOf(folded, id));
    }

    async function compareGates(folded: World, id: Hex, terms: Terms): Promise<void> {
      const now = await world.now();
      const clearance = clearanceOf(folded, id, terms, now);
      const { attesters, parties, threshold, settleDeadline } = terms;
      const args = [id, parties, attesters, threshold, settleDeadline] as const;
      expect(clearance).to.equal(await contracts.registry.read.clearanceOf(args));
      expect(rulesetOf(folded, id)).to.deep.equal(STANDARD_RULESET);
      expect(encodeTerms(settlementOf(folded, id)?.terms as Terms)).to.equal(encodeTerms(terms));
      for (const role of [ROLES.operator, ROLES.stranger]) {
        const caller = getAddress(home.account(role).account.address);
        const record = recordOf(folded, id);
        const { chainIds } = world.context;
        const mirror = nextTransitions({ terms, ruleset: STANDARD_RULESET, record, clearance, now, chainIds, caller });
        expect(mirror).to.deep.equal(await coordinator.read.nextTransitions([terms], { account: caller }));
      }
    }
  }

  async function run(deeds: readonly Deed[]): Promise<void> {
    await world.restore();
    const market = await openMarket(world.contracts);
    for (const [step, one] of deeds.entries()) {
      await perform(market, one);
      if (step % 8 === 7) await compare(market, await foldedWorld(world));
    }
    const folded = await foldedWorld(world);
    await compare(market, folded);
    compareMessages(market, folded);

    const logs = await world.logs();
    const reversed = logs.toReversed().flat().reduce(applyEvent, emptyWorld(world.deployment));
    await compare(market, reversed);
  }

  /** What is under way is what the logs call sent and not received, and each payload says what its MessageSent says. */
  function compareMessages({ trades, underway }: Market, folded: World): void {
    const ids = new Set(trades.map(({ id }) => id));
    const open = [...folded.chains.values()]
      .flatMap(({ sent }) => [...sent.keys()])
      .map((guid) => messageOf(folded, guid))
      .filter((message) => message?.settlementId != null && ids.has(message.settlementId))
      .filter((message) => !message?.received && message?.ignoredReason === null);
    expect(open.map((message) => message?.guid).sort()).to.deep.equal(underway.map(({ guid }) => guid).sort());
    for (const { guid, message: payload } of underway) {
      const said = decodeMessage(payload);
      expect(encodeMessage(said)).to.equal(payload);
      const { settlementId, kind, verdict } = said;
      expect(messageOf(folded, guid)).to.include({ settlementId, kind, verdict });
      const sent = [...folded.chains.values()].flatMap((chain) => chain.sent.get(guid) ?? []);
      expect(sent.map(({ carriesTerms }) => carriesTerms)).to.deep.equal([said.terms !== null]);
      if (said.terms !== null) expect(hashTerms(said.terms)).to.equal(settlementId);
    }
  }

  for (const { name, deeds, end, events } of stories) {
    it(`are in the fold what they are on the chains: ${name}`, async () => {
      ends.clear();
      await run(deeds);
      expect(ends).to.include(end);
      const seen = (await world.logs()).flat().map(({ eventName }) => eventName);
      expect(seen).to.include.members(events);
    });
  }

  it("are in the fold what they are on the chains, after anything that anybody did", async () => {
    const beginning = fc.nat({ max: 2 }).chain((trade) => {
      const whole = straight(trade);
      return fc.nat({ max: whole.length }).map((length) => whole.slice(0, length));
    });
    await fc.assert(
      fc.asyncProperty(beginning, fc.array(deed, { maxLength: 25 }), (first, then) => run([...first, ...then])),
      { numRuns: 25 },
    );
    expect(ends.size).to.be.greaterThan(2);
    expect(legStatuses.size).to.be.greaterThan(2);
  });
});
