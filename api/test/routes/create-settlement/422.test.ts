import { expect } from "chai";
import { HOME, TOKENS } from "../../support/deployment.ts";
import { ahead, bond, cash } from "../../support/instructions.ts";
import { repo } from "../../support/repos.ts";
import { BROKER, BUYER, countSettlements, create, gets, gives, SELLER, settle } from "../../support/settlements.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

type Changes = Record<string, unknown>;

const legs = (...list: Changes[]) => ({ legs: list });
const withBond = (change: Changes) => legs(gives("seller", bond(change)), gives("buyer", cash()));
const withBuyer = (change: Changes) => ({ parties: [SELLER, { ...BUYER, ...change }] });
const COMMITMENT = `0x${"1".repeat(64)}`;

/** What is wrong, what is changed in a good body, the code, and the field. */
const FAULTS: [string, Changes | (() => Changes), string, (string | number)[]][] = [
  ["an unknown template", { template_slug: "dvp-unknown" }, "template_unknown", ["body", "template_slug"]],
  [
    "an unknown template id",
    { template_slug: null, template_id: "00000000-0000-4000-8000-000000000000" },
    "template_unknown",
    ["body", "template_id"],
  ],
  ["a missing role", { parties: [SELLER, BROKER] }, "role_missing", ["body", "parties"]],
  [
    "a leg of nobody",
    legs(gives("seller", bond()), gives("buyer", cash()), gives("broker", cash())),
    "role_unknown",
    ["body", "legs", 2, "party_role"],
  ],
  [
    "a leg to nobody",
    legs(gives("seller", bond(), "broker"), gives("buyer", cash())),
    "role_unknown",
    ["body", "legs", 0, "counterparty_role"],
  ],
  [
    "more than two parties and a leg to nobody in particular",
    { parties: [SELLER, BUYER, BROKER] },
    "counterparty_role_required",
    ["body", "legs", 0, "counterparty_role"],
  ],
  ["nothing delivered", legs(gets("seller", cash()), gets("buyer", bond())), "deliver_leg_required", ["body", "legs"]],
  ["a side that delivers nothing", legs(gives("seller", bond())), "deliver_leg_required", ["body", "legs"]],
  [
    "a receive leg without its deliver leg",
    legs(gives("seller", bond()), gives("buyer", cash()), gets("seller", cash({ quantity: "985000.26" }))),
    "legs_unbalanced",
    ["body", "legs", 2],
  ],
  [
    "two receive legs for one deliver leg",
    legs(gives("seller", bond()), gives("buyer", cash()), gets("buyer", bond()), gets("buyer", bond())),
    "legs_unbalanced",
    ["body", "legs", 3],
  ],
  [
    "a receive leg of another type",
    legs(
      gives("seller", bond({ leg_type: "asset_delivery" })),
      gives("buyer", cash()),
      gets("buyer", bond({ leg_type: "payment" })),
    ),
    "legs_unbalanced",
    ["body", "legs", 2],
  ],
  [
    "a receive leg from the wrong party",
    {
      parties: [SELLER, BUYER, BROKER],
      ...legs(gives("seller", bond(), "buyer"), gives("buyer", cash(), "seller"), gets("broker", bond(), "seller")),
    },
    "legs_unbalanced",
    ["body", "legs", 2],
  ],
  [
    "no payment",
    legs(gives("seller", bond()), gives("buyer", bond({ quantity: "1" }))),
    "leg_type_missing",
    ["body", "legs"],
  ],
  ["two chains where the template has one", { template_slug: "dvp-standard" }, "chains_not_allowed", ["body", "legs"]],
  ["a chain that is not served", withBond({ chain_id: 1 }), "chain_unsupported", ["body", "legs", 0, "chain_id"]],
  [
    "a party's chain that is not served",
    withBuyer({ chain_id: 1 }),
    "chain_unsupported",
    ["body", "parties", 1, "chain_id"],
  ],
  [
    "an unknown alias",
    withBond({ instrument_id: "NO-BOND" }),
    "instrument_unknown",
    ["body", "legs", 0, "instrument_id"],
  ],
  [
    "an alias on several chains",
    () => {
      const { chain_id: _, ...leg } = bond({ instrument_id: "KBOND" });
      return legs(gives("seller", leg), gives("buyer", cash()));
    },
    "instrument_ambiguous",
    ["body", "legs", 0, "chain_id"],
  ],
  [
    "a token that no node can be asked about",
    withBond({ instrument_id: `0x${"ab".repeat(20)}` }),
    "instrument_unverifiable",
    ["body", "legs", 0, "instrument_id"],
  ],
  ["a token id for an ERC-20", withBond({ token_id: "1" }), "token_id_forbidden", ["body", "legs", 0, "token_id"]],
  [
    "too many fraction digits",
    withBond({ quantity: `1.${"0".repeat(18)}1` }),
    "quantity_precision",
    ["body", "legs", 0, "quantity"],
  ],
  [
    "more than the token's units hold",
    withBond({ quantity: "9".repeat(78) }),
    "quantity_out_of_range",
    ["body", "legs", 0, "quantity"],
  ],
  ["a timeout that has passed", () => ({ timeout_at: ahead(-1) }), "timeout_in_past", ["body", "timeout_at"]],
  [
    "a timeout that leaves no room for messages",
    () => ({ timeout_at: ahead(70) }),
    "timeout_too_close",
    ["body", "timeout_at"],
  ],
  [
    "a timeout in two years",
    () => ({ timeout_at: ahead(2 * 365 * 86_400) }),
    "timeout_too_far",
    ["body", "timeout_at"],
  ],
  [
    "a commitment that nobody can screen",
    withBuyer({ wallet_commitment: COMMITMENT }),
    "commitment_not_screenable",
    ["body", "parties", 1, "wallet_commitment"],
  ],
  [
    "one commitment for two parties",
    { parties: [SELLER, BUYER].map((party) => ({ ...party, wallet_commitment: COMMITMENT })) },
    "commitment_reused",
    ["body", "parties", 1, "wallet_commitment"],
  ],
  [
    "a closing commitment without a category",
    withBuyer({ closing_wallet_commitment: COMMITMENT }),
    "repo_fields_forbidden",
    ["body", "parties", 1, "closing_wallet_commitment"],
  ],
  [
    "a closing commitment alone",
    { ...repo(), ...withBuyer({ closing_wallet_commitment: COMMITMENT }) },
    "repo_fields_forbidden",
    ["body", "parties", 1, "closing_wallet_commitment"],
  ],
  [
    "a repo without a commitment for its closing",
    { ...repo(), ...withBuyer({ wallet_commitment: COMMITMENT }) },
    "repo_fields_required",
    ["body", "parties", 1, "closing_wallet_commitment"],
  ],
  ["a maturity without a category", { maturity_at: ahead(99_999) }, "repo_fields_forbidden", ["body", "maturity_at"]],
  [
    "a repo that two payments make",
    () => ({
      ...repo(),
      ...legs(gives("seller", bond()), gives("buyer", cash()), gives("buyer", cash({ quantity: "1" }))),
    }),
    "repo_payment_leg_required",
    ["body", "legs"],
  ],
  [
    "a repayment in more digits than the token has",
    repo({ repayment_amount: "1.0000001" }),
    "quantity_precision",
    ["body", "repayment_amount"],
  ],
  [
    "a repayment that no token holds",
    repo({ repayment_amount: "9".repeat(78) }),
    "quantity_out_of_range",
    ["body", "repayment_amount"],
  ],
];

/** What is wrong, what is changed, the field, and the type. */
const SHAPES: [string, Changes | (() => Changes), (string | number)[], string][] = [
  ["no template", { template_slug: undefined }, ["body", "template_slug"], "exactly_one"],
  [
    "both a slug and an id",
    { template_id: "00000000-0000-4000-8000-000000000000" },
    ["body", "template_slug"],
    "exactly_one",
  ],
  ["an id that is none", { template_slug: null, template_id: "7" }, ["body", "template_id"], "string_pattern_mismatch"],
  ["one party", { parties: [SELLER] }, ["body", "parties"], "too_short"],
  [
    "nine parties",
    { parties: [SELLER, BUYER, ...Array.from({ length: 7 }, (_, i) => ({ ...BROKER, role: `r${i}` }))] },
    ["body", "parties"],
    "too_long",
  ],
  ["a role twice", { parties: [SELLER, BUYER, SELLER] }, ["body", "parties", 2, "role"], "role_repeated"],
  ["no legs", { legs: [] }, ["body", "legs"], "too_short"],
  ["33 legs", { legs: Array.from({ length: 33 }, () => gives("seller", bond())) }, ["body", "legs"], "too_long"],
  [
    "a leg to oneself",
    legs(gives("seller", bond(), "seller"), gives("buyer", cash())),
    ["body", "legs", 0, "counterparty_role"],
    "role_repeated",
  ],
  ["an unknown field", { trade_reference: "x" }, ["body", "trade_reference"], "extra_forbidden"],
  ["an unknown field of a party", withBuyer({ x: 1 }), ["body", "parties", 1, "x"], "extra_forbidden"],
  [
    "a party without a wallet",
    withBuyer({ wallet_address: undefined }),
    ["body", "parties", 1, "wallet_address"],
    "missing",
  ],
  ["a leg without its party", legs(bond({ direction: "deliver" })), ["body", "legs", 0, "party_role"], "missing"],
  [
    "a reference that is too long",
    { external_reference: "x".repeat(256) },
    ["body", "external_reference"],
    "string_too_long",
  ],
  ["a timeout without an offset", { timeout_at: "2030-01-01T00:00:00" }, ["body", "timeout_at"], "timezone_aware"],
  [
    "more deliver legs than a settlement holds",
    () => ({
      legs: [
        ...Array.from({ length: 16 }, (_, i) => gives("seller", bond({ quantity: String(i + 1) }))),
        gives("buyer", cash()),
      ],
    }),
    ["body", "legs"],
    "too_long",
  ],
];

describe("POST /v1/settlements 422", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });
  after(async () => {
    expect(await countSettlements(world(), tenant), "whatever was refused left something").to.equal(0);
  });
  const refused = async (change: Changes | (() => Changes)) => {
    const { status, body } = await create(world(), tenant, settle(typeof change === "function" ? change() : change));
    expect(status, JSON.stringify(body)).to.equal(422);
    return body;
  };

  for (const [name, change, code, loc] of FAULTS) {
    it(`refuses ${name}: ${code}`, async () => {
      const body = await refused(change);
      expect(body.code).to.equal(code);
      expect(body.context.loc).to.deep.equal(loc);
      expect(body.detail).to.be.a("string");
    });
  }

  for (const [name, change, loc, type] of SHAPES) {
    it(`refuses ${name}: validation_error`, async () => {
      const body = await refused(change);
      expect(body.code).to.equal("validation_error");
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc, type });
    });
  }

  it("names the role that is missing", async () => {
    const { detail } = await refused({ parties: [SELLER, BROKER] });
    expect(detail).to.equal("Missing required role: buyer");
  });

  it("needs a key, and one only", async () => {
    const { idempotency_key: _, ...json } = settle();
    const none = await create(world(), tenant, json);
    expect([none.status, none.body.code]).to.deep.equal([422, "idempotency_key_missing"]);
    const headers = { "idempotency-key": "another" };
    const two = await world().call("POST", "/v1/settlements", { token: tenant.token, json: settle(), headers });
    expect([two.status, two.body.code]).to.deep.equal([422, "idempotency_key_conflict"]);
  });

  it("takes exactly as many legs as the contracts do, mirrored ones not counted", async () => {
    const own = await createTenant(world());
    const many = Array.from({ length: 15 }, (_, i) => bond({ quantity: String(i + 1) }));
    const mirrored = many.map((leg) => gets("buyer", leg));
    const { status, body } = await create(
      world(),
      own,
      settle({ legs: [...many.map((leg) => gives("seller", leg)), gives("buyer", cash()), ...mirrored] }),
    );
    expect(status, JSON.stringify(body)).to.equal(201);
    expect(body.terms.legs).to.have.length(16);
  });

  it("says so when legs and parties together are more than a message carries", async () => {
    const others = Array.from({ length: 6 }, (_, i) => ({ ...BROKER, role: `r${i}` }));
    const payments = Array.from({ length: 15 }, (_, i) => gives("buyer", cash({ quantity: String(i + 1) }), "seller"));
    const body = await refused({
      template_slug: "dvp-brokered",
      parties: [SELLER, BUYER, ...others],
      legs: [gives("seller", bond(), "buyer"), ...payments],
    });
    expect(body.code).to.equal("validation_error");
    expect(body.detail[0]).to.deep.include({ loc: ["body", "legs"], type: "terms_refused" });
    expect(body.detail[0].msg).to.contain("at most 8000");
  });

  it("does not take a template that has been replaced", async () => {
    const { db } = world();
    const newest = await db
      .selectFrom("keystone.template")
      .selectAll()
      .where("slug", "=", "dvp-standard")
      .executeTakeFirstOrThrow();
    const { id } = await db
      .insertInto("keystone.template")
      .values({
        slug: `old-${tenant.platformSlug}`,
        version: 1,
        name: "old",
        config: JSON.stringify(newest.config),
        is_active: false,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    const body = await refused({ template_slug: null, template_id: id, ...withBond({ chain_id: HOME }) });
    expect(body.code).to.equal("template_unknown");
  });

  it("takes an address for its alias, on the leg's chain", async () => {
    const own = await createTenant(world());
    const body = settle({ legs: [gives("seller", bond({ instrument_id: TOKENS.bond })), gives("buyer", cash())] });
    expect((await create(world(), own, body)).status).to.equal(201);
  });
});
