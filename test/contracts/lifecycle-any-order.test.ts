import { expect } from "chai";
import fc from "fast-check";
import { parseEther, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { type Packet, packetsOf } from "./support/packets.ts";
import { revertOf } from "./support/revert.ts";
import { balanceOf, deposit } from "./support/settle.ts";
import { buildTrade, LEG, STATE, STATUS, type Trade, VERDICT } from "./support/terms.ts";
import { legOf, openingOf, until } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const PLENTY = parseEther("0.1");

type Step =
  | { do: "create" | "advance" | "timeout" | "dispatch" | "reject" }
  | { do: "attest"; status: number }
  | { do: "deposit"; leg: number; paid: boolean }
  | { do: "reveal" | "notifyLocked" | "notifyReleased" | "release" | "refund"; side: "home" | "away"; paid: boolean }
  | { do: "claim"; leg: number }
  | { do: "deliver"; which: number }
  | { do: "wait"; until: "deposit" | "settle"; side: "home" | "away" };

const side = fc.constantFrom("home" as const, "away" as const);
const leg = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ do: "create" as const }) },
  { weight: 3, arbitrary: fc.constant({ do: "advance" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "timeout" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "dispatch" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "reject" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("attest" as const),
      status: fc.constantFrom(STATUS.PASS, STATUS.PASS, STATUS.PASS, STATUS.FLAGGED, STATUS.FAIL),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant("deposit" as const), leg, paid: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "reveal" as const,
        "notifyLocked" as const,
        "notifyReleased" as const,
        "release" as const,
        "refund" as const,
      ),
      side,
      paid: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("claim" as const), leg }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("deliver" as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      until: fc.constantFrom("deposit" as const, "settle" as const),
      side,
    }),
  },
);

describe("a trade on two chains, in any order of anything", function () {
  this.timeout(240_000);
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    const { home, away } = world;
    const feeRecipient = home.address(ROLES.feeRecipient);
    trade = await buildTrade(world, {
      legs: [
        { chain: home, token: world.side.home.bond, amount: 500n, from: 0, to: 1 },
        { chain: away, token: world.side.away.bond, amount: 300n, from: 0, to: 1 },
        {
          chain: away,
          token: world.side.away.cash,
          amount: 9_000n,
          from: 1,
          to: 0,
          fees: [{ recipient: feeRecipient, amount: 90n }],
        },
      ],
      accounts: [ROLES.seller, ROLES.buyer],
      changes: { operator: home.address(ROLES.operator) },
    });
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const chainOf = (index: number) => (index === 0 ? world.home : world.away);
  const escrowOf = (index: number) => (index === 0 ? world.escrow.home : world.escrow.away);
  const status = (index: number) => escrowOf(index).read.legStatus([trade.id, BigInt(index)]);

  /** Messages on their way; a delivered one stays, to be tried again. */
  class Run {
    readonly packets: Packet[] = [];
    sequence = 0n;
    verdict: number = VERDICT.NONE;

    async take(one: Step): Promise<void> {
      const { coordinator, escrow } = world;
      const { terms } = trade;
      switch (one.do) {
        case "create":
          await coordinator.write.createSettlement([terms]);
          return;
        case "advance":
          await coordinator.write.advance([terms]);
          return;
        case "timeout":
          await coordinator.write.timeout([terms]);
          return;
        case "reject":
          await coordinator.write.transition([terms, STATE.ROLLED_BACK, zeroHash], {
            account: world.home.address(ROLES.operator),
          });
          return;
        case "dispatch":
          await this.#send(
            world.home,
            coordinator.write.dispatch([terms, BigInt(world.away.chainId)], { value: PLENTY }),
          );
          return;
        case "attest":
          this.sequence += 1n;
          await attest(world, trade, { statuses: terms.parties.map(() => one.status), sequence: this.sequence });
          return;
        case "deposit":
          await this.#send(
            chainOf(one.leg),
            deposit(world, trade, one.leg, {
              openings: [openingOf(trade, 0), openingOf(trade, 1)],
              value: one.paid ? PLENTY : 0n,
            }),
          );
          return;
        case "reveal":
          await this.#send(
            world[one.side],
            escrow[one.side].write.reveal([terms, [openingOf(trade, 0), openingOf(trade, 1)]], {
              value: one.paid ? PLENTY : 0n,
            }),
          );
          return;
        case "notifyLocked":
          await this.#send(world[one.side], escrow[one.side].write.notifyLocked([terms], { value: PLENTY }));
          return;
        case "notifyReleased":
          await this.#send(world[one.side], escrow[one.side].write.notifyReleased([terms], { value: PLENTY }));
          return;
        case "release":
          await escrow[one.side].write.release([terms]);
          return;
        case "refund":
          await escrow[one.side].write.refundExpired([terms]);
          return;
        case "claim":
          await escrowOf(one.leg).write.claim([terms, BigInt(one.leg)]);
          return;
        case "deliver": {
          const packet = this.packets[one.which % Math.max(1, this.packets.length)];
          if (packet !== undefined) await this.#courier(packet).execute(packet);
          return;
        }
        case "wait":
          await until(world[one.side], one.until === "deposit" ? terms.depositDeadline : terms.settleDeadline);
          return;
      }
    }

    /** A step may be refused, but only by name. */
    async tryTake(one: Step): Promise<void> {
      const taken = this.take(one);
      try {
        await taken;
      } catch {
        expect((await revertOf(taken)).name).to.match(/^[A-Z]\w+_\w+$/);
      }
      await this.check();
    }

    /** Verified at once, so that they can be executed in any order. */
    async #send(chain: World["home"], call: Promise<`0x${string}`>): Promise<void> {
      for (const packet of await packetsOf(chain, await call)) {
        await this.#courier(packet).verifyAndCommit(packet);
        this.packets.push(packet);
      }
    }

    #courier({ dstEid }: Packet) {
      return (dstEid === world.home.eid ? world.side.home : world.side.away).courier;
    }

    /** What must hold after every step. */
    async check(): Promise<void> {
      const all = await Promise.all([0, 1, 2].map(status));
      if (all.includes(LEG.RELEASED)) {
        expect(
          all.every((one) => one === LEG.RELEASED || one === LEG.LOCKED),
          `${all}`,
        ).to.equal(true);
      }
      const verdict = await world.coordinator.read.verdictOf([trade.id]);
      if (this.verdict !== VERDICT.NONE) expect(verdict).to.equal(this.verdict);
      this.verdict = verdict;
      const known = await world.escrow.away.read.verdictOf([trade.id]);
      if (known !== VERDICT.NONE) expect(known).to.equal(verdict);
      for (const [index, one] of all.entries()) {
        const { token, amount } = legOf(trade, index);
        const owed = one === LEG.DEPOSITED || one === LEG.LOCKED ? amount : 0n;
        expect(await balanceOf(chainOf(index), token, world.addresses.escrow)).to.equal(owed);
      }
    }

    /** Time passes, messages arrive, strangers call: nothing else. */
    async finish(): Promise<number[]> {
      for (const chain of [world.home, world.away]) await until(chain, trade.terms.settleDeadline);
      if (this.verdict === VERDICT.NONE) await this.tryTake({ do: "timeout" });
      await this.take({ do: "dispatch" });
      for (const which of this.packets.keys()) await this.tryTake({ do: "deliver", which });
      for (const index of [0, 1, 2]) await this.tryTake({ do: "claim", leg: index });
      return Promise.all([0, 1, 2].map(status));
    }
  }

  const GOOD: readonly Step[] = [
    { do: "create" },
    { do: "attest", status: STATUS.PASS },
    { do: "deposit", leg: 0, paid: true },
    { do: "deposit", leg: 1, paid: false },
    { do: "deposit", leg: 2, paid: true },
    { do: "reveal", side: "home", paid: false },
    { do: "reveal", side: "away", paid: true },
    { do: "deliver", which: 0 },
    { do: "advance" },
  ];

  it("releases all or returns all, conserves every token, and always ends", async () => {
    const ends = { released: 0, refunded: 0, empty: 0 };
    // What a good trade takes, in any order, with anything in between.
    const calm = step.filter((one) => !["wait", "timeout", "reject", "attest"].includes(one.do));
    const plan = fc
      .oneof(
        fc.tuple(
          fc.shuffledSubarray([...GOOD], { minLength: 4 }),
          fc.array(fc.tuple(fc.nat(), step), { maxLength: 16 }),
        ),
        fc.tuple(fc.constant([...GOOD]), fc.array(fc.tuple(fc.nat(), calm), { maxLength: 12 })),
      )
      .map(([good, noise]) => {
        const steps = [...good];
        for (const [at, one] of noise) steps.splice(at % (steps.length + 1), 0, one);
        return steps;
      });
    await fc.assert(
      fc
        .asyncProperty(plan, async (steps) => {
          const run = new Run();
          for (const one of steps) await run.tryTake(one);
          const all = await run.finish();
          const released = all.every((one) => one === LEG.RELEASED);
          const returned = all.every((one) => one === LEG.REFUNDED || one === LEG.EMPTY);
          expect(released || returned, `${all}`).to.equal(true);
          if (released) expect(run.verdict).to.equal(VERDICT.EXECUTE);
          if (released) ends.released += 1;
          else if (all.includes(LEG.REFUNDED)) ends.refunded += 1;
          else ends.empty += 1;
        })
        .afterEach(() => restore()),
      { numRuns: 40, examples: [[[...GOOD, { do: "deliver", which: 0 }, { do: "advance" }]]] },
    );
    expect(ends.refunded).to.be.greaterThan(0);
    expect(ends.released).to.be.greaterThan(0);
  });

  it("releases all when nobody disturbs it, however its steps are shuffled", async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.shuffledSubarray([...GOOD], { minLength: GOOD.length }), async (shuffled) => {
          const run = new Run();
          for (const one of shuffled) await run.tryTake(one);
          await run.tryTake({ do: "notifyLocked", side: "away", paid: true });
          for (const which of [...run.packets.keys()].reverse()) await run.tryTake({ do: "deliver", which });
          await run.tryTake({ do: "advance" });
          expect(run.verdict).to.equal(VERDICT.EXECUTE);
          expect(await run.finish()).to.deep.equal([LEG.RELEASED, LEG.RELEASED, LEG.RELEASED]);
          const notify = await world.escrow.away.write.notifyReleased([trade.terms], { value: PLENTY });
          await world.deliverAll(world.away, notify);
          expect((await world.coordinator.read.stateOf([trade.id])).state).to.equal(STATE.FINALIZED);
        })
        .afterEach(() => restore()),
      { numRuns: 10 },
    );
  });
});
