import { expect } from "chai";
import { AWAY, HOME } from "../../support/deployment.ts";
import { ahead, bond, buy, buyOpen, cash, sell, sellOpen } from "../../support/instructions.ts";
import { addEnvironment, createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

const deliver = (leg: Record<string, unknown>) => ({ ...leg, direction: "deliver" });
const receive = (leg: Record<string, unknown>) => ({ ...leg, direction: "receive" });

/** What the buyer says differently, and the field that is named. */
const DIFFERENCES: [string, Record<string, unknown>, Record<string, unknown>, string][] = [
  ["another template", {}, { template_slug: "dvp-brokered" }, "template_slug"],
  ["the same role", {}, sell(), "role"],
  [
    "another instrument",
    {},
    { legs: [receive(bond()), deliver(bond({ quantity: "5" })), deliver(cash())] },
    "legs.instrument_id",
  ],
  [
    "the same instrument on another chain",
    { legs: [deliver(bond()), receive(bond({ instrument_id: "TUSDC", chain_id: HOME, quantity: "985000.25" }))] },
    {},
    "legs.instrument_id",
  ],
  [
    "another quantity of the bond",
    {},
    { legs: [receive(bond({ quantity: "999999" })), deliver(cash())] },
    "legs.quantity",
  ],
  [
    "another quantity of the cash",
    {},
    { legs: [receive(bond()), deliver(cash({ quantity: "985000.26" }))] },
    "legs.quantity",
  ],
  ["one leg more", {}, { legs: [receive(bond()), deliver(cash()), deliver(cash())] }, "legs.instrument_id"],
  ["the direction turned round", {}, { legs: [deliver(bond()), receive(cash())] }, "legs.direction"],
  [
    "another type",
    { legs: [deliver(bond({ leg_type: "asset_delivery" })), receive(cash())] },
    { legs: [receive(bond({ leg_type: "payment" })), deliver(cash({ leg_type: "asset_delivery" }))] },
    "legs",
  ],
  ["no payment at all", sellOpen(), { legs: [deliver(bond({ quantity: "7" }))] }, "legs"],
  ["another fee mode", { fee_mode: "split" }, {}, "fee_mode"],
];

describe("POST /v1/instructions, the match", () => {
  const world = useWorld();
  let seller: Tenant;
  let buyer: Tenant;
  before(async () => {
    [seller, buyer] = [await createTenant(world()), await createTenant(world())];
  });

  for (const [name, first, second, field] of DIFFERENCES) {
    it(`keeps ${name} apart and names ${field}`, async () => {
      const { idempotency_key: _, ...change } = second;
      const one = await submit(world(), seller, sell({ ...first, idempotency_key: sell().idempotency_key }));
      expect(one.status).to.equal(201);
      const two = await submit(world(), buyer, buy({ ...change, trade_reference: one.body.trade_reference }));
      expect(two.status).to.equal(201);
      expect(two.body).to.deep.include({ status: "pending_match", settlement_id: null, match_failure: { field } });
      const unchanged = await world().call("GET", `/v1/instructions/${one.body.id}`, { token: seller.token });
      expect(unchanged.body).to.deep.equal(one.body);
    });
  }

  const COMPATIBLE: [string, Record<string, unknown>, Record<string, unknown>][] = [
    [
      "an alias against its token's address",
      {},
      { legs: [receive(bond({ instrument_id: "KBOND" })), deliver(cash())] },
    ],
    [
      "other spellings of one quantity",
      {},
      { legs: [receive(bond({ quantity: "1000000.000" })), deliver(cash({ quantity: 985000.25 }))] },
    ],
    ["the legs in another order", {}, { legs: [deliver(cash()), receive(bond())] }],
    ["an alias of the template", {}, { template_slug: "dvp-cross-chain" }],
    ["an open seller", sellOpen(), {}],
    ["an open buyer", {}, buyOpen()],
    ["two open sides", sellOpen(), buyOpen()],
    ["a type stated by one side only", { legs: [deliver(bond({ leg_type: "asset_delivery" })), receive(cash())] }, {}],
    ["the template's fee mode stated", { fee_mode: "seller_pays" }, {}],
    ["different timeouts", {}, { timeout_at: ahead(1800) }],
  ];

  for (const [name, first, second] of COMPATIBLE) {
    it(`matches ${name}`, async () => {
      const one = await submit(world(), seller, sell({ ...first, idempotency_key: sell().idempotency_key }));
      const change = { ...second, idempotency_key: buy().idempotency_key };
      const two = await submit(world(), buyer, buy({ ...change, trade_reference: one.body.trade_reference }));
      expect(two.body).to.deep.include({ status: "matched", match_failure: null });
      const matched = await world().call("GET", `/v1/instructions/${one.body.id}`, { token: seller.token });
      expect(matched.body.settlement_id).to.equal(two.body.settlement_id);
      expect(matched.body.matched_at).to.equal(two.body.matched_at);
    });
  }

  it("takes the earlier timeout of the two", async () => {
    const one = await submit(world(), seller, sell({ timeout_at: ahead(7200) }));
    const timeout_at = ahead(1800);
    const two = await submit(world(), buyer, buy({ trade_reference: one.body.trade_reference, timeout_at }));
    const { body } = await world().call("GET", `/v1/settlements/${two.body.settlement_id}`, { token: buyer.token });
    expect(Date.parse(body.timeout_at)).to.equal(Date.parse(timeout_at));
    expect(Date.parse(body.timeout_at) - Date.parse(body.deposit_deadline)).to.equal(15_000);
  });

  it("does not match when the earlier timeout leaves no room for messages", async () => {
    const one = await submit(world(), seller, sellOpen({ timeout_at: ahead(70) }));
    expect(one.status).to.equal(201);
    const two = await submit(world(), buyer, buy({ trade_reference: one.body.trade_reference }));
    expect(two.body.match_failure).to.deep.equal({ field: "timeout_at" });
  });

  it("keeps two open sides on two chains apart where the template has one", async () => {
    const template_slug = "dvp-standard";
    const one = await submit(world(), seller, sellOpen({ template_slug }));
    const two = await submit(world(), buyer, buyOpen({ template_slug, trade_reference: one.body.trade_reference }));
    expect(two.body.match_failure).to.deep.equal({ field: "legs.chain_id" });
  });

  it("keeps apart what together has more legs than a settlement holds", async () => {
    const legs = (direction: string, leg: typeof bond) => Array.from({ length: 9 }, () => leg({ direction }));
    const one = await submit(world(), seller, sellOpen({ legs: legs("deliver", bond) }));
    const two = await submit(
      world(),
      buyer,
      buyOpen({ legs: legs("deliver", cash), trade_reference: one.body.trade_reference }),
    );
    expect(two.body.match_failure).to.deep.equal({ field: "legs" });
  });

  it("lets a later instruction match the one that failed, and clears the field", async () => {
    const one = await submit(world(), seller, sell());
    const reference = { trade_reference: one.body.trade_reference };
    const failed = await submit(world(), buyer, buy({ ...reference, fee_mode: "split" }));
    expect(failed.body.match_failure).to.deep.equal({ field: "fee_mode" });
    const third = await submit(world(), seller, sell({ ...reference, fee_mode: "split" }));
    expect(third.body.status).to.equal("matched");
    const cleared = await world().call("GET", `/v1/instructions/${failed.body.id}`, { token: buyer.token });
    expect(cleared.body).to.deep.include({ status: "matched", match_failure: null });
  });

  it("matches the oldest of several compatible ones, and names the oldest's difference", async () => {
    const reference = { trade_reference: `ref-${crypto.randomUUID()}` };
    const oldest = await submit(world(), seller, sell({ ...reference, fee_mode: "split" }));
    const middle = await submit(world(), seller, sell(reference));
    const newest = await submit(world(), seller, sell(reference));
    expect([oldest, middle, newest].map(({ body }) => body.status)).to.deep.equal(Array(3).fill("pending_match"));
    const failed = await submit(world(), buyer, buy({ ...reference, fee_mode: "buyer_pays" }));
    expect(failed.body.match_failure).to.deep.equal({ field: "fee_mode" });
    const matched = await submit(world(), buyer, buy(reference));
    expect(matched.body.status).to.equal("matched");
    const list = await world().call(
      "GET",
      `/v1/instructions?trade_reference=${reference.trade_reference}&status=matched`,
      {
        token: seller.token,
      },
    );
    expect(list.body.items.map(({ id }: { id: string }) => id)).to.deep.equal([middle.body.id]);
  });

  it("leaves a submission to a matched reference pending, without a reason", async () => {
    const one = await submit(world(), seller, sell());
    const reference = { trade_reference: one.body.trade_reference };
    await submit(world(), buyer, buy(reference));
    const late = await submit(world(), buyer, buy(reference));
    expect(late.body).to.deep.include({ status: "pending_match", match_failure: null });
    const later = await submit(world(), seller, sell(reference));
    expect(later.body).to.deep.include({ status: "pending_match", match_failure: null });
  });

  describe("who sees whom", () => {
    it("hides a candidate that waits for another platform", async () => {
      const one = await submit(world(), seller, sell({ counterparty_platform_slug: "somebody-else" }));
      const two = await submit(world(), buyer, buy({ trade_reference: one.body.trade_reference }));
      expect(two.body).to.deep.include({ status: "pending_match", match_failure: null });
    });

    it("hides a candidate that the newcomer does not mean", async () => {
      const one = await submit(world(), seller, sell({ fee_mode: "split" }));
      const change = { trade_reference: one.body.trade_reference, counterparty_platform_slug: "somebody-else" };
      const two = await submit(world(), buyer, buy(change));
      expect(two.body).to.deep.include({ status: "pending_match", match_failure: null });
    });

    it("matches two that mean each other", async () => {
      const one = await submit(world(), seller, sell({ counterparty_platform_slug: buyer.platformSlug }));
      const change = { trade_reference: one.body.trade_reference, counterparty_platform_slug: seller.platformSlug };
      expect((await submit(world(), buyer, buy(change))).body.status).to.equal("matched");
    });

    it("does not let a pair of strangers use up a reference for others", async () => {
      const trade_reference = `ref-${crypto.randomUUID()}`;
      const [a, b] = [await createTenant(world()), await createTenant(world())];
      await submit(world(), a, sell({ trade_reference, counterparty_platform_slug: b.platformSlug }));
      const pair = await submit(world(), b, buy({ trade_reference, counterparty_platform_slug: a.platformSlug }));
      expect(pair.body.status).to.equal("matched");
      await submit(world(), seller, sell({ trade_reference }));
      expect((await submit(world(), buyer, buy({ trade_reference }))).body.status).to.equal("matched");
    });

    it("hides a suspended platform's and an inactive environment's instructions", async () => {
      const gone = await createTenant(world());
      const suspended = await submit(world(), gone, sell());
      await world()
        .db.updateTable("keystone.platform")
        .set({ status: "suspended" })
        .where("id", "=", gone.platformId)
        .execute();
      const closed = await createTenant(world());
      const inactive = await submit(world(), closed, sell());
      await world()
        .db.updateTable("keystone.environment")
        .set({ is_active: false })
        .where("id", "=", closed.environmentId)
        .execute();
      for (const { body } of [suspended, inactive]) {
        const two = await submit(world(), buyer, buy({ trade_reference: body.trade_reference }));
        expect(two.body).to.deep.include({ status: "pending_match", match_failure: null });
      }
    });

    it("matches two environments of one platform, and two instructions of one environment", async () => {
      const second = await addEnvironment(world(), seller.platformId);
      const token = await createToken(world(), { clientId: second.clientId });
      for (const other of [token, seller.token]) {
        const one = await submit(world(), seller, sell());
        const json = buy({ trade_reference: one.body.trade_reference });
        const two = await world().call("POST", "/v1/instructions", { token: other, json });
        expect(two.body.status).to.equal("matched");
        const settlement = await world().call("GET", `/v1/settlements/${two.body.settlement_id}`, {
          token: seller.token,
        });
        expect(settlement.body.settlement_type).to.equal("single_platform");
      }
    });

    it("never matches an expired instruction, marked or not", async () => {
      const one = await submit(world(), seller, sell());
      await world()
        .db.updateTable("keystone.instruction")
        .set({ expires_at: new Date(Date.now() - 1) })
        .where("id", "=", one.body.id)
        .execute();
      const two = await submit(world(), buyer, buy({ trade_reference: one.body.trade_reference }));
      expect(two.body).to.deep.include({ status: "pending_match", match_failure: null });
      const expired = await world().call("GET", `/v1/instructions/${one.body.id}`, { token: seller.token });
      expect(expired.body.status).to.equal("expired");
    });
  });

  it("records what happened for each side, and of the other side nothing", async () => {
    const [a, b] = [await createTenant(world()), await createTenant(world())];
    const one = await submit(world(), a, sell());
    const two = await submit(world(), b, buy({ trade_reference: one.body.trade_reference }));
    const of = (tenant: Tenant) =>
      world()
        .db.selectFrom("keystone.activity_log")
        .selectAll()
        .where("environment_id", "=", tenant.environmentId)
        .orderBy("created_at")
        .orderBy("type")
        .execute();
    const rows = await of(a);
    expect(rows.map(({ type, actor_type }) => [type, actor_type])).to.have.deep.members([
      ["instruction.created", "m2m"],
      ["instruction.matched", "system"],
      ["settlement.created", "system"],
    ]);
    const text = JSON.stringify(rows);
    expect(text).to.not.include(b.clientId).and.not.include(b.environmentId).and.not.include(two.body.id);
    const created = (await of(b)).find(({ type }) => type === "instruction.created");
    expect(created).to.deep.include({
      actor_id: b.clientId,
      method: "POST",
      path: "/v1/instructions",
      ip_address: "127.0.0.1",
      status_code: 201,
      resource_id: two.body.id,
      platform_id: b.platformId,
    });
    expect(created?.request_id).to.equal(two.headers.get("x-request-id"));
  });

  it("stores the relayer's intent with the match", async () => {
    const one = await submit(world(), seller, sell());
    const two = await submit(world(), buyer, buy({ trade_reference: one.body.trade_reference }));
    const intents = await world()
      .db.selectFrom("keystone.intent")
      .select(["kind", "status"])
      .where("settlement_id", "=", two.body.settlement_id)
      .execute();
    expect(intents).to.deep.equal([{ kind: "settle", status: "open" }]);
  });

  it("leaves a chain out of the comparison that both have", async () => {
    const away = { legs: [deliver(bond({ instrument_id: "KBOND", chain_id: AWAY })), receive(cash())] };
    const one = await submit(world(), seller, sell(away));
    const turned = { legs: [receive(bond({ instrument_id: "KBOND", chain_id: AWAY })), deliver(cash())] };
    const two = await submit(world(), buyer, buy({ ...turned, trade_reference: one.body.trade_reference }));
    expect(two.body.status).to.equal("matched");
  });
});
