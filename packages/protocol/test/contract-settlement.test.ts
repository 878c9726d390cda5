import { expect } from "chai";
import fc from "fast-check";
import {
  applyEvent,
  decodeMessage,
  emptyWorld,
  encodeMessage,
  hashTerms,
  LegStatus,
  messageOf,
  stateNameOf,
  type World,
} from "../src/index.ts";
import { compare, compareNonces } from "./support/comparing.ts";
import { type ContractWorld, follow, openContracts } from "./support/contracts.ts";
import { type Market, openMarket } from "./support/market.ts";
import { PATIENCE } from "./support/patience.ts";
import { stories, straight } from "./support/stories.ts";
import { type Deed, deed, perform } from "./support/trading.ts";

describe("settlements, as the contracts run them", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;
  const ends = new Set<string | null>();
  const legStatuses = new Set<number>();

  before(async () => {
    world = await openContracts();
  });

  /** After every deed, what it was about and what was logged is compared; at the end everything, and once more out of all logs. */
  async function run(deeds: readonly Deed[]): Promise<void> {
    await world.restore();
    const market = await openMarket(world.contracts);
    const { trades } = market;
    const follower = follow(world);
    await follower.catchUp();
    for (const one of deeds) {
      await perform(market, one);
      const said = new Set(
        (await follower.catchUp()).flatMap(({ args }) => ("settlementId" in args ? [args.settlementId] : [])),
      );
      const touched = trades.filter(({ id }, position) => said.has(id) || position === one.trade);
      await compare(market, follower.folded, touched);
    }
    for (const status of await compare(market, follower.folded, trades)) legStatuses.add(status);
    for (const { id } of trades) ends.add(stateNameOf(follower.folded, id));
    compareMessages(market, follower.folded);
    await compareNonces(market, follower.folded);

    const logs = await world.logs();
    const reversed = logs.toReversed().flat().reduce(applyEvent, emptyWorld(world.deployment));
    await compare(market, reversed, trades);
  }

  /** What is under way or lost is what the logs call sent and not received, and each payload says what its MessageSent says. */
  function compareMessages({ trades, underway, lost }: Market, folded: World): void {
    const ids = new Set(trades.map(({ id }) => id));
    const open = [...folded.chains.values()]
      .flatMap(({ sent }) => [...sent.keys()])
      .map((guid) => messageOf(folded, guid))
      .filter((message) => message?.settlementId != null && ids.has(message.settlementId))
      .filter((message) => !message?.received && message?.ignoredReason === null);
    const waiting = [...underway, ...lost];
    expect(open.map((message) => message?.guid).sort()).to.deep.equal(waiting.map(({ guid }) => guid).sort());
    for (const { guid, message: payload } of waiting) {
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
    const beginning = fc.nat({ max: 3 }).chain((trade) => {
      const whole = straight(trade);
      return fc.nat({ max: whole.length }).map((length) => whole.slice(0, length));
    });
    await fc.assert(
      fc.asyncProperty(beginning, fc.array(deed, { maxLength: 25 }), (first, then) => run([...first, ...then])),
      { numRuns: 25 },
    );
    expect(ends.size).to.be.greaterThan(2);
    expect(legStatuses).to.include.members(Object.values(LegStatus));
  });
});
