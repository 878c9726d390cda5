import { expect } from "chai";
import { bond, SELLER_WALLET, sellOpen } from "../../support/instructions.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

type Change = (body: Record<string, unknown>) => void;
const party = (change: Record<string, unknown>): Change => {
  return (body) => Object.assign(body.party as object, change);
};
const leg = (change: Record<string, unknown>): Change => {
  return (body) => {
    body.legs = [{ ...bond({ direction: "deliver" }), ...change }];
  };
};
const top = (change: Record<string, unknown>): Change => {
  return (body) => Object.assign(body, change);
};

/** What is wrong, where, and what it is called. */
const FAULTS: [string, Change, (string | number)[], string][] = [
  ["no template", top({ template_slug: undefined }), ["body", "template_slug"], "missing"],
  ["no party", top({ party: undefined }), ["body", "party"], "missing"],
  ["a party that is null", top({ party: null }), ["body", "party"], "object_type"],
  ["a party that is a list", top({ party: [] }), ["body", "party"], "object_type"],
  ["no wallet", party({ wallet_address: undefined }), ["body", "party", "wallet_address"], "missing"],
  ["a short wallet", party({ wallet_address: "0x1234" }), ["body", "party", "wallet_address"], "address_parsing"],
  [
    "a wallet with a wrong checksum",
    party({ wallet_address: SELLER_WALLET.replace("C", "c") }),
    ["body", "party", "wallet_address"],
    "address_checksum",
  ],
  [
    "the zero wallet",
    party({ wallet_address: `0x${"0".repeat(40)}` }),
    ["body", "party", "wallet_address"],
    "address_zero",
  ],
  ["an unknown field", top({ parent: 1 }), ["body", "parent"], "extra_forbidden"],
  ["an unknown field of the party", party({ iban: "x" }), ["body", "party", "iban"], "extra_forbidden"],
  ["an unknown field of a leg", leg({ amount: "1" }), ["body", "legs", 0, "amount"], "extra_forbidden"],
  ["no legs", top({ legs: [] }), ["body", "legs"], "too_short"],
  ["17 legs", top({ legs: Array(17).fill(bond({ direction: "deliver" })) }), ["body", "legs"], "too_long"],
  ["legs that are no list", top({ legs: {} }), ["body", "legs"], "list_type"],
  ["an unknown direction", leg({ direction: "send" }), ["body", "legs", 0, "direction"], "enum"],
  ["no direction", leg({ direction: undefined }), ["body", "legs", 0, "direction"], "missing"],
  ["no quantity", leg({ quantity: undefined }), ["body", "legs", 0, "quantity"], "missing"],
  ["a quantity of zero", leg({ quantity: "0.00" }), ["body", "legs", 0, "quantity"], "greater_than"],
  ["a negative quantity", leg({ quantity: "-1" }), ["body", "legs", 0, "quantity"], "decimal_parsing"],
  ["a quantity in scientific form", leg({ quantity: "1e6" }), ["body", "legs", 0, "quantity"], "decimal_parsing"],
  ["a quantity with a leading zero", leg({ quantity: "01" }), ["body", "legs", 0, "quantity"], "decimal_parsing"],
  ["a quantity without whole digits", leg({ quantity: ".5" }), ["body", "legs", 0, "quantity"], "decimal_parsing"],
  ["a quantity with a comma", leg({ quantity: "1,5" }), ["body", "legs", 0, "quantity"], "decimal_parsing"],
  ["a quantity of 79 digits", leg({ quantity: "1".repeat(79) }), ["body", "legs", 0, "quantity"], "decimal_max_digits"],
  [
    "a number that may not be what was meant",
    leg({ quantity: 0.1234567890123456 }),
    ["body", "legs", 0, "quantity"],
    "decimal_number",
  ],
  ["a number below zero", leg({ quantity: -1 }), ["body", "legs", 0, "quantity"], "decimal_number"],
  ["a quantity that is true", leg({ quantity: true }), ["body", "legs", 0, "quantity"], "value_error"],
  ["a chain id that is text", leg({ chain_id: "11155111" }), ["body", "legs", 0, "chain_id"], "number_type"],
  ["half a chain", leg({ chain_id: 1.5 }), ["body", "legs", 0, "chain_id"], "int_type"],
  ["a chain id of zero", leg({ chain_id: 0 }), ["body", "legs", 0, "chain_id"], "greater_than_equal"],
  ["an unknown standard", leg({ token_standard: "ERC20" }), ["body", "legs", 0, "token_standard"], "enum"],
  ["a token id beyond uint256", leg({ token_id: `${2n ** 256n}` }), ["body", "legs", 0, "token_id"], "uint256_parsing"],
  ["a short partition", leg({ partition: "0x00" }), ["body", "legs", 0, "partition"], "string_pattern_mismatch"],
  [
    "a partition for an ERC-20",
    leg({ partition: `0x${"1".repeat(64)}` }),
    ["body", "legs", 0, "partition"],
    "partition_forbidden",
  ],
  ["a time without offset", top({ timeout_at: "2030-01-01T00:00:00" }), ["body", "timeout_at"], "timezone_aware"],
  ["a day that is not", top({ timeout_at: "2030-02-30T00:00:00Z" }), ["body", "timeout_at"], "datetime_parsing"],
  ["a time that is a number", top({ timeout_at: 1_900_000_000 }), ["body", "timeout_at"], "string_type"],
  ["an hour 24", top({ timeout_at: "2030-01-01T24:00:00Z" }), ["body", "timeout_at"], "datetime_parsing"],
  ["an empty key", top({ idempotency_key: "" }), ["body", "idempotency_key"], "string_pattern_mismatch"],
  [
    "a key of 256 characters",
    top({ idempotency_key: "k".repeat(256) }),
    ["body", "idempotency_key"],
    "string_pattern_mismatch",
  ],
  ["a key beyond ASCII", top({ idempotency_key: "schlüssel" }), ["body", "idempotency_key"], "string_pattern_mismatch"],
  ["an empty reference", top({ trade_reference: "" }), ["body", "trade_reference"], "string_too_short"],
  [
    "a reference of 256 characters",
    top({ trade_reference: "r".repeat(256) }),
    ["body", "trade_reference"],
    "string_too_long",
  ],
  ["a reference with NUL", top({ trade_reference: "a\u0000b" }), ["body", "trade_reference"], "string_unicode"],
  ["half a character", party({ name: "\ud800" }), ["body", "party", "name"], "string_unicode"],
  [
    "a slug with capitals",
    top({ counterparty_platform_slug: "Bank" }),
    ["body", "counterparty_platform_slug"],
    "string_pattern_mismatch",
  ],
  ["an unknown fee mode", top({ fee_mode: "nobody" }), ["body", "fee_mode"], "enum"],
  ["a repo rate of zero", top({ repo_rate: 0 }), ["body", "repo_rate"], "greater_than"],
];

describe("POST /v1/instructions 422 validation_error", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  for (const [name, change, loc, type] of FAULTS) {
    it(`names the field of ${name}`, async () => {
      const json = structuredClone(sellOpen());
      change(json);
      const { status, body } = await submit(world(), tenant, json);
      expect(status).to.equal(422);
      expect(body.code).to.equal("validation_error");
      expect(body.detail.map((fault: { loc: unknown }) => fault.loc)).to.deep.include(loc);
      const fault = body.detail.find((each: { loc: unknown[] }) => each.loc.join() === loc.join());
      expect(fault.type).to.equal(type);
      expect(fault.msg).to.be.a("string").and.not.equal("");
    });
  }

  it("names every fault at once", async () => {
    const { body } = await submit(world(), tenant, { role: 1, legs: [{}], extra: true });
    const faults = body.detail.map(({ loc, type }: { loc: unknown[]; type: string }) => `${loc.join(".")} ${type}`);
    expect(faults).to.include.members([
      "body.template_slug missing",
      "body.role string_type",
      "body.party missing",
      "body.legs.0.instrument_id missing",
      "body.legs.0.quantity missing",
      "body.legs.0.direction missing",
      "body.timeout_at missing",
      "body.extra extra_forbidden",
    ]);
  });

  it("refuses a body that is no object", async () => {
    for (const json of [[], "text", 1, null, true]) {
      const { status, body } = await world().call("POST", "/v1/instructions", { token: tenant.token, json });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["body"]);
    }
  });

  it("survives a body nested ten thousand deep", async () => {
    const raw = `{"legs": ${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    const headers = { "content-type": "application/json" };
    const { status } = await world().call("POST", "/v1/instructions", { token: tenant.token, raw, headers });
    expect(status).to.equal(422);
  });

  it("stores nothing of all this", async () => {
    const list = await world().call("GET", "/v1/instructions", { token: tenant.token });
    expect(list.body.total).to.equal(0);
    const activities = await world()
      .db.selectFrom("keystone.activity_log")
      .select("id")
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(activities).to.have.length(0);
  });
});
