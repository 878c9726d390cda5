import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { AWAY, HOME, TOKENS } from "../../support/deployment.ts";
import { ahead, bond, cash, sell, sellOpen } from "../../support/instructions.ts";
import { repo } from "../../support/repos.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade, submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

const deliver = (change: Record<string, unknown>) => ({ legs: [bond({ direction: "deliver", ...change })] });
const withParty = (change: Record<string, unknown>) => ({ party: { ...sellOpen().party, ...change } });
const withoutChain = (change: Record<string, unknown> = {}) => {
  const { chain_id: _, ...leg } = bond({ direction: "deliver", ...change });
  return { legs: [leg] };
};

/** What is wrong, what is changed in a good instruction, the code, and the field. */
const FAULTS: [string, Record<string, unknown> | (() => Record<string, unknown>), string, (string | number)[]][] = [
  ["an unknown template", { template_slug: "dvp-unknown" }, "template_unknown", ["body", "template_slug"]],
  ["a role the template has not", { role: "broker" }, "role_unknown", ["body", "role"]],
  [
    "a category that is none",
    { settlement_category: "repo_close" },
    "category_not_allowed",
    ["body", "settlement_category"],
  ],
  [
    "a category that the template has not",
    { template_slug: "dvp-brokered", ...repo() },
    "category_not_allowed",
    ["body", "settlement_category"],
  ],
  [
    "no category where the template needs one",
    { template_slug: "repo-standard", role: "cash_provider" },
    "category_not_allowed",
    ["body", "settlement_category"],
  ],
  ["a repo without its maturity", repo({ maturity_at: null }), "repo_fields_required", ["body", "maturity_at"]],
  [
    "a repo without its repayment",
    repo({ repayment_amount: undefined }),
    "repo_fields_required",
    ["body", "repayment_amount"],
  ],
  [
    "a maturity within the second of the timeout",
    () => {
      const timeout_at = ahead(3600);
      return { ...repo({ maturity_at: timeout_at.replace(".000Z", ".900Z") }), timeout_at };
    },
    "maturity_not_after_timeout",
    ["body", "maturity_at"],
  ],
  [
    "a maturity in eleven years",
    repo({ maturity_at: ahead(11 * 366 * 86_400) }),
    "timeout_too_far",
    ["body", "maturity_at"],
  ],
  [
    "a repo with two payments",
    {
      ...repo(),
      legs: [bond({ direction: "deliver" }), cash({ direction: "receive" }), cash({ direction: "receive" })],
    },
    "repo_payment_leg_required",
    ["body", "legs"],
  ],
  [
    "an open repo that delivers two payments",
    { ...repo(), role: "buyer", legs: [cash({ direction: "deliver" }), cash({ direction: "deliver", quantity: "1" })] },
    "repo_payment_leg_required",
    ["body", "legs"],
  ],
  [
    "a repayment in more digits than the token has",
    { ...repo({ repayment_amount: "1.0000001" }), role: "buyer", legs: [cash({ direction: "deliver" })] },
    "quantity_precision",
    ["body", "repayment_amount"],
  ],
  [
    "a repayment that no token holds",
    {
      ...repo({ repayment_amount: "9".repeat(78) }),
      legs: [bond({ direction: "deliver" }), cash({ direction: "receive" })],
    },
    "quantity_out_of_range",
    ["body", "repayment_amount"],
  ],
  [
    "a closing commitment alone",
    { ...repo(), ...withParty({ closing_wallet_commitment: `0x${"1".repeat(64)}` }) },
    "repo_fields_forbidden",
    ["body", "party", "closing_wallet_commitment"],
  ],
  [
    "a repo without a commitment for its closing",
    { ...repo(), ...withParty({ wallet_commitment: `0x${"1".repeat(64)}` }) },
    "repo_fields_required",
    ["body", "party", "closing_wallet_commitment"],
  ],
  ["a maturity without a category", { maturity_at: ahead(99_999) }, "repo_fields_forbidden", ["body", "maturity_at"]],
  ["a repayment without a category", { repayment_amount: "1" }, "repo_fields_forbidden", ["body", "repayment_amount"]],
  ["a rate without a category", { repo_rate: 0.05 }, "repo_fields_forbidden", ["body", "repo_rate"]],
  [
    "a closing commitment without a category",
    withParty({ closing_wallet_commitment: `0x${"1".repeat(64)}` }),
    "repo_fields_forbidden",
    ["body", "party", "closing_wallet_commitment"],
  ],
  [
    "a commitment that nobody can screen",
    withParty({ wallet_commitment: `0x${"1".repeat(64)}` }),
    "commitment_not_screenable",
    ["body", "party", "wallet_commitment"],
  ],
  ["nothing delivered", { legs: [cash({ direction: "receive" })] }, "deliver_leg_required", ["body", "legs"]],
  ["a chain that is not served", deliver({ chain_id: 1 }), "chain_unsupported", ["body", "legs", 0, "chain_id"]],
  [
    "a party's chain that is not served",
    withParty({ chain_id: 1 }),
    "chain_unsupported",
    ["body", "party", "chain_id"],
  ],
  [
    "an unknown alias",
    deliver({ instrument_id: "NO-BOND" }),
    "instrument_unknown",
    ["body", "legs", 0, "instrument_id"],
  ],
  [
    "an alias that is not on the chain",
    deliver({ chain_id: AWAY }),
    "instrument_unknown",
    ["body", "legs", 0, "instrument_id"],
  ],
  [
    "a token address with a wrong checksum",
    deliver({ instrument_id: "0x70997970C51812dc3A010C7d01b50e0d17dc79c8" }),
    "instrument_unknown",
    ["body", "legs", 0, "instrument_id"],
  ],
  [
    "an alias on several chains",
    withoutChain({ instrument_id: "KBOND" }),
    "instrument_ambiguous",
    ["body", "legs", 0, "chain_id"],
  ],
  [
    "an address without a chain",
    withoutChain({ instrument_id: TOKENS.bond }),
    "instrument_ambiguous",
    ["body", "legs", 0, "chain_id"],
  ],
  [
    "an unknown address that no node can be asked about",
    deliver({ instrument_id: `0x${"ab".repeat(20)}` }),
    "instrument_unverifiable",
    ["body", "legs", 0, "instrument_id"],
  ],
  [
    "a standard that the token has not",
    deliver({ token_standard: "ERC-721" }),
    "instrument_unverifiable",
    ["body", "legs", 0, "token_standard"],
  ],
  ["a token id for an ERC-20", deliver({ token_id: "1" }), "token_id_forbidden", ["body", "legs", 0, "token_id"]],
  [
    "too many fraction digits",
    deliver({ quantity: `1.${"0".repeat(18)}1` }),
    "quantity_precision",
    ["body", "legs", 0, "quantity"],
  ],
  [
    "more than the token's units hold",
    deliver({ quantity: "9".repeat(78) }),
    "quantity_out_of_range",
    ["body", "legs", 0, "quantity"],
  ],
  ["a timeout that has passed", () => ({ timeout_at: ahead(-1) }), "timeout_in_past", ["body", "timeout_at"]],
  ["a timeout within the minute", () => ({ timeout_at: ahead(30) }), "timeout_too_close", ["body", "timeout_at"]],
  [
    "a timeout in two years",
    () => ({ timeout_at: ahead(2 * 365 * 86_400) }),
    "timeout_too_far",
    ["body", "timeout_at"],
  ],
  [
    "legs on two chains where the template has one",
    { template_slug: "dvp-standard", legs: [bond({ direction: "deliver" }), cash({ direction: "receive" })] },
    "chains_not_allowed",
    ["body", "legs"],
  ],
  [
    "no payment in both directions",
    { legs: [bond({ direction: "deliver" }), bond({ direction: "receive", quantity: "2" })] },
    "leg_type_missing",
    ["body", "legs"],
  ],
];

describe("POST /v1/instructions 422 by meaning", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  for (const [name, change, code, loc] of FAULTS) {
    it(`refuses ${name}: ${code}`, async () => {
      const { status, body } = await submit(
        world(),
        tenant,
        sellOpen(typeof change === "function" ? change() : change),
      );
      expect(status).to.equal(422);
      expect(body.code).to.equal(code);
      expect(body.detail).to.be.a("string");
      expect(body.context.loc).to.deep.equal(loc);
    });
  }

  it("counts the message margin when a leg is off the coordinator's chain", async () => {
    const timeout_at = ahead(70);
    const onHome = await submit(world(), tenant, sellOpen({ timeout_at }));
    expect(onHome.status).to.equal(201);
    const legs = [bond({ direction: "deliver", instrument_id: "KBOND", chain_id: AWAY })];
    const { status, body } = await submit(world(), tenant, sellOpen({ timeout_at, legs }));
    expect(status).to.equal(422);
    expect(body).to.deep.include({
      code: "timeout_too_close",
      detail: "timeout_at must be at least 75 seconds ahead",
    });
  });

  it("refuses a commitment that a settlement has used", async () => {
    const { sellerInstruction } = await matchTrade(world());
    const wallet_commitment = sellerInstruction.party.wallet_commitment;
    expect(wallet_commitment).to.match(/^0x[0-9a-f]{64}$/);
    const { status, body } = await submit(world(), tenant, sellOpen(withParty({ wallet_commitment })));
    expect(status).to.equal(422);
    expect(body.code).to.equal("commitment_reused");
  });

  it("needs a key, and one only", async () => {
    const { idempotency_key: _, ...json } = sellOpen();
    const none = await submit(world(), tenant, json);
    expect(none.status).to.equal(422);
    expect(none.body.code).to.equal("idempotency_key_missing");
    const headers = { "idempotency-key": "another" };
    const two = await world().call("POST", "/v1/instructions", { token: tenant.token, json: sellOpen(), headers });
    expect(two.status).to.equal(422);
    expect(two.body.code).to.equal("idempotency_key_conflict");
    const bad = { "idempotency-key": "k".repeat(256) };
    const long = await world().call("POST", "/v1/instructions", { token: tenant.token, json, headers: bad });
    expect(long.status).to.equal(422);
    expect(long.body.detail[0].loc).to.deep.equal(["header", "idempotency-key"]);
  });

  it("stays in the range of a payment's fees", async () => {
    // The quantity fits, what the buyer has to lock with the fee does not.
    const quantity = `${(2n ** 256n - 1n) / 10n ** 6n}`;
    const json = sell({
      template_slug: "dvp-brokered",
      role: "buyer",
      fee_mode: "buyer_pays",
      legs: [cash({ direction: "deliver", quantity }), bond({ direction: "receive" })],
    });
    const { status, body } = await submit(world(), tenant, json);
    expect(status).to.equal(422);
    expect(body.code).to.equal("quantity_out_of_range");
    const borne = await submit(world(), tenant, { ...json, fee_mode: "seller_pays" });
    expect(borne.status).to.equal(201);
  });

  describe("of an environment's own instruments", () => {
    before(async () => {
      const own = (
        alias: string,
        token_standard: "ERC-721" | "ERC-1155" | "ERC-1400",
        token_id: string | null = null,
      ) => ({
        environment_id: tenant.environmentId,
        alias,
        alias_type: "custom" as const,
        chain_id: BigInt(HOME),
        token_address: `0x${randomUUID().replaceAll("-", "")}00000000` as const,
        token_standard,
        decimals: 0,
        leg_type: null,
        name: null,
        token_id,
      });
      await world()
        .db.insertInto("keystone.instrument")
        .values([
          own("DEED", "ERC-721"),
          own("DEED-7", "ERC-721", "7"),
          own("SHARES", "ERC-1155"),
          own("TRANCHE", "ERC-1400"),
        ])
        .execute();
    });

    const OWN: [string, Record<string, unknown>, string, string][] = [
      ["an ERC-721 without its id", { instrument_id: "DEED", quantity: "1" }, "token_id_required", "token_id"],
      ["an ERC-1155 without its id", { instrument_id: "SHARES", quantity: "5" }, "token_id_required", "token_id"],
      [
        "another id than the alias stands for",
        { instrument_id: "DEED-7", quantity: "1", token_id: "8" },
        "token_id_forbidden",
        "token_id",
      ],
      [
        "two of an ERC-721",
        { instrument_id: "DEED", quantity: "2", token_id: "1" },
        "quantity_out_of_range",
        "quantity",
      ],
      [
        "an ERC-1400 without its partition",
        { instrument_id: "TRANCHE", quantity: "1" },
        "partition_required",
        "partition",
      ],
    ];

    for (const [name, change, code, field] of OWN) {
      it(`refuses ${name}: ${code}`, async () => {
        const { status, body } = await submit(world(), tenant, sellOpen(deliver(change)));
        expect(status).to.equal(422);
        expect(body.code).to.equal(code);
        expect(body.context.loc).to.deep.equal(["body", "legs", 0, field]);
      });
    }

    it("knows nothing of another environment's", async () => {
      const stranger = await createTenant(world());
      const { body } = await submit(world(), stranger, sellOpen(deliver({ instrument_id: "DEED-7", quantity: "1" })));
      expect(body.code).to.equal("instrument_unknown");
    });
  });
});
