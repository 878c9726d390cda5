import { expect } from "chai";
import fc from "fast-check";
import { meet } from "../support/hold.ts";
import { buy, buyOpen, sell, sellOpen } from "../support/instructions.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { matchTrade, submit } from "../support/trades.ts";
import { useWorld } from "../support/world.ts";

describe("simultaneous submissions under one reference", () => {
  const world = useWorld();
  let tenants: Tenant[];
  before(async () => {
    tenants = [];
    for (let i = 0; i < 4; i++) tenants.push(await createTenant(world()));
  });

  /** What is true of a reference after any number of submissions and cancellations. */
  async function facts(reference: string) {
    const instructions = await world()
      .db.selectFrom("keystone.instruction")
      .select(["id", "role", "status", "settlement_id"])
      .where("trade_reference", "=", reference)
      .execute();
    const settlements = await world()
      .db.selectFrom("keystone.settlement")
      .select("id")
      .where("trade_reference", "=", reference)
      .execute();
    return { instructions, settlements, matched: instructions.filter(({ status }) => status === "matched") };
  }

  it("matches exactly one pair out of 24", async function () {
    this.timeout(20_000);
    const reference = `race-${crypto.randomUUID()}`;
    const racers = () =>
      Array.from({ length: 24 }, (_, i) => {
        const tenant = tenants[i % tenants.length] as Tenant;
        const json = (i % 2 === 0 ? sell : buy)({ trade_reference: reference });
        return submit(world(), tenant, json);
      });
    const answers = await meet(world(), reference, racers, 24);
    expect(answers.every(({ status }) => status === 201)).to.equal(true);
    const { matched, settlements, instructions } = await facts(reference);
    expect(instructions).to.have.length(24);
    expect(settlements).to.have.length(1);
    expect(matched.map(({ role }) => role).sort()).to.deep.equal(["buyer", "seller"]);
    expect(matched.every(({ settlement_id }) => settlement_id === settlements[0]?.id)).to.equal(true);
    expect(answers.filter(({ body }) => body.status === "matched")).to.have.length(1);
  });

  it("matches one pair if and only if there is a compatible one, whatever comes in whatever order", async function () {
    this.timeout(60_000);
    const side = fc.record({
      role: fc.constantFrom("seller", "buyer"),
      open: fc.boolean(),
      fee_mode: fc.constantFrom("seller_pays", "split"),
      tenant: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(side, { minLength: 2, maxLength: 7 }), async (sides) => {
        const reference = `race-${crypto.randomUUID()}`;
        const answers = await Promise.all(
          sides.map(({ role, open, fee_mode, tenant }) => {
            const make = role === "seller" ? (open ? sellOpen : sell) : open ? buyOpen : buy;
            return submit(world(), tenants[tenant] as Tenant, make({ trade_reference: reference, fee_mode }));
          }),
        );
        const { matched, settlements } = await facts(reference);
        const compatible = sides.some((a) => sides.some((b) => a.role !== b.role && a.fee_mode === b.fee_mode));
        expect(answers.every(({ status }) => status === 201)).to.equal(true);
        expect(settlements).to.have.length(compatible ? 1 : 0);
        expect(matched).to.have.length(compatible ? 2 : 0);
      }),
      { numRuns: 30 },
    );
  });

  it("lets either the cancellation or the match win", async function () {
    this.timeout(30_000);
    for (let round = 0; round < 20; round++) {
      const seller = tenants[0] as Tenant;
      const first = await submit(world(), seller, sell());
      const reference = first.body.trade_reference as string;
      const cancel = () => world().call("POST", `/v1/instructions/${first.body.id}/cancel`, { token: seller.token });
      const match = () => submit(world(), tenants[1] as Tenant, buy({ trade_reference: reference }));
      const order = round % 2 === 0 ? ([cancel, match] as const) : ([match, cancel] as const);
      const answers = await meet(world(), reference, () => order.map((act) => act()), 2);
      const [cancelled, second] = round % 2 === 0 ? answers : answers.toReversed();
      const { settlements, instructions } = await facts(reference);
      const own = instructions.find(({ id }) => id === first.body.id);
      if (cancelled?.status === 200) {
        expect(own?.status).to.equal("cancelled");
        expect(settlements).to.have.length(0);
        expect(second?.body).to.deep.include({ status: "pending_match", match_failure: null });
      } else {
        expect(cancelled?.body.code).to.equal("instruction_not_cancellable");
        expect(own?.status).to.equal("matched");
        expect(settlements).to.have.length(1);
        expect(second?.body.status).to.equal("matched");
      }
    }
  });

  it("does not hold up other references while one is locked", async () => {
    const { seller, buyer, reference } = await matchTrade(world());
    await world()
      .db.transaction()
      .execute(async (trx) => {
        await trx
          .selectFrom("keystone.trade_reference")
          .select("reference")
          .where("reference", "=", reference)
          .forUpdate()
          .execute();
        const other = await submit(world(), seller, sell());
        expect(
          (await submit(world(), buyer, buy({ trade_reference: other.body.trade_reference }))).body.status,
        ).to.equal("matched");
      });
  });

  it("answers more submissions at once than the database has connections", async function () {
    this.timeout(20_000);
    const reference = `race-${crypto.randomUUID()}`;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        submit(world(), tenants[i % 4] as Tenant, (i % 2 === 0 ? sell : buy)({ trade_reference: reference })),
      ),
    );
    expect(answers.every(({ status }) => status === 201)).to.equal(true);
    expect((await facts(reference)).settlements).to.have.length(1);
  });
});
