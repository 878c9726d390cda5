import { formatQuantity, parseQuantity } from "@keystoneos/protocol";
import { expect } from "chai";
import fc from "fast-check";
import type { Json } from "../../support/client.ts";
import { bond, cash } from "../../support/instructions.ts";
import { createRepo, readRepo, repo } from "../../support/repos.ts";
import { BROKER, BUYER, countSettlements, create, gives, SELLER, settle } from "../../support/settlements.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements of a repo", () => {
  const world = useWorld();

  it("makes opening and closing at once, and answers with the opening", async () => {
    const tenant = await createTenant(world());
    const json = settle({ ...repo(), external_reference: "repo-5" });
    const { status, body } = await create(world(), tenant, json);
    expect(status).to.equal(201);
    const { opening, closing } = await readRepo(world(), tenant, body.id);
    expect(opening).to.deep.equal(body);
    const common = { external_reference: "repo-5", settlement_type: "single_platform", trade_reference: null };
    expect(opening).to.deep.include({
      ...common,
      settlement_category: "repo_open",
      idempotency_key: json.idempotency_key,
    });
    expect(closing).to.deep.include({
      ...common,
      settlement_category: "repo_close",
      idempotency_key: null,
      parent_settlement_id: opening.id,
      state: "AWAITING_MATURITY",
    });
    expect(closing.terms.parent).to.equal(opening.settlement_hash);
    expect(await countSettlements(world(), tenant)).to.equal(2);

    const events = await world().call("GET", "/v1/events", { token: tenant.token });
    const told = events.body.items.map(({ event, data }: Json) => [event, data.settlement_id]);
    expect(told).to.deep.equal([["settlement.state.instructed", opening.id]]);
    const steps = await world().call("GET", `/v1/settlements/${closing.id}/events`, { token: tenant.token });
    expect(steps.body.items.map((step: Json) => [step.to_state, step.triggered_by])).to.deep.equal([
      ["AWAITING_MATURITY", `m2m:${tenant.environmentId}`],
    ]);
    const { db } = world();
    const rows = await db
      .selectFrom("keystone.activity_log")
      .select(["resource_id", "actor_type"])
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(rows).to.have.deep.members([opening, closing].map(({ id }) => ({ resource_id: id, actor_type: "m2m" })));
  });

  it("turns the legs of every party round, in the order of who deposits then", async () => {
    const { closing } = await createRepo(world(), {
      parties: [SELLER, BUYER, BROKER],
      legs: [
        gives("seller", bond(), "buyer"),
        gives("seller", bond({ quantity: "7" }), "broker"),
        gives("buyer", cash(), "seller"),
      ],
    });
    const legs = closing.legs.map((leg: Json) => [leg.party_role, leg.counterparty_role, leg.quantity]);
    expect(legs).to.deep.equal([
      ["seller", "buyer", "986000.5"],
      ["buyer", "seller", "1000000"],
      ["broker", "seller", "7"],
    ]);
  });

  it("fixes for any legs an opening and the exact way back: what each one gives it gets, but for the interest", async function () {
    this.timeout(60_000);
    const tenant = await createTenant(world());
    const quantity = (decimals: number) =>
      fc.bigInt({ min: 1n, max: 10n ** 24n }).map((units) => formatQuantity(units, decimals));
    const bonds = fc.array(
      fc.tuple(fc.constantFrom("seller", "broker"), fc.constantFrom("buyer", "agent"), quantity(18)),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(bonds, quantity(6), quantity(6), async (assets, price, repayment_amount) => {
        const legs = [
          gives("buyer", cash({ quantity: price }), "seller"),
          gives("seller", bond({ quantity: "1" }), "buyer"),
          ...assets.map(([from, to, units]) => gives(from, bond({ quantity: units }), to)),
        ];
        const parties = [SELLER, BUYER, BROKER, { ...BROKER, role: "agent" }];
        const json = settle({ ...repo({ repayment_amount }), parties, legs });
        const { status, body } = await create(world(), tenant, json);
        expect(status, JSON.stringify(body)).to.equal(201);
        const { opening, closing } = await readRepo(world(), tenant, body.id);
        const flow = ({ terms }: Json, turned: boolean) =>
          terms.legs
            .map(({ token, amount, from, to, chainId }: Json) =>
              JSON.stringify([token, chainId, ...(turned ? [to, from] : [from, to]), amount]),
            )
            .sort();
        const interest = parseQuantity(repayment_amount, 6).toString();
        const agreed = opening.terms.legs.map((leg: Json) =>
          leg.amount === parseQuantity(price, 6).toString() && leg.from === 3 ? { ...leg, amount: interest } : leg,
        );
        expect(flow(closing, true)).to.deep.equal(flow({ terms: { legs: agreed } }, false));
        expect(closing.terms.legs.every(({ fees }: Json) => fees.length === 0)).to.equal(true);
        const depositors = closing.terms.legs.map(({ from }: Json) => from);
        expect(depositors).to.deep.equal(depositors.toSorted((a: number, b: number) => a - b));
      }),
      { numRuns: 40 },
    );
  });
});
