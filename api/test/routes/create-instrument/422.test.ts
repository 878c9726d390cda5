import { expect } from "chai";
import { getAddress } from "viem";
import type { Json } from "../../support/client.ts";
import { TOKENS } from "../../support/deployment.ts";
import { instrument, registrar } from "../../support/instruments.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const ADDRESS = getAddress("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");

describe("POST /v1/instruments 422", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    token = await registrar(world(), tenant);
  });
  const create = (json: Json) => world().call("POST", "/v1/instruments", { token, json });

  const faults: [what: string, changes: Json, field: string, type: string][] = [
    ["no alias", { alias: undefined }, "alias", "missing"],
    ["an empty alias", { alias: "" }, "alias", "string_pattern_mismatch"],
    ["an alias too long", { alias: "a".repeat(65) }, "alias", "string_pattern_mismatch"],
    ["an alias with a blank", { alias: "BOND 1" }, "alias", "string_pattern_mismatch"],
    ["an alias with a letter of another alphabet", { alias: "BÖND" }, "alias", "string_pattern_mismatch"],
    ["an alias that is an address", { alias: ADDRESS }, "alias", "alias_is_address"],
    ["an ISIN with a wrong digit", { alias: "US0378331004", alias_type: "isin" }, "alias", "isin_check_digit"],
    ["an ISIN in lower case", { alias: "us0378331005", alias_type: "isin" }, "alias", "isin_check_digit"],
    ["another type of alias", { alias_type: "cusip" }, "alias_type", "enum"],
    ["a chain in words", { chain_id: "1" }, "chain_id", "number_type"],
    ["a wrong checksum", { token_address: ADDRESS.replace("C51", "c51") }, "token_address", "address_checksum"],
    ["the zero address", { token_address: `0x${"0".repeat(40)}` }, "token_address", "address_zero"],
    ["no address", { token_address: "KBOND" }, "token_address", "address_parsing"],
    ["another standard", { token_standard: "ERC-777" }, "token_standard", "enum"],
    ["negative decimals", { decimals: -1 }, "decimals", "greater_than_equal"],
    ["78 decimals", { decimals: 78 }, "decimals", "less_than_equal"],
    ["half a decimal", { decimals: 0.5 }, "decimals", "int_type"],
    ["decimals of an ERC-721", { token_standard: "ERC-721", decimals: 6 }, "decimals", "decimals_of_standard"],
    ["decimals of an ERC-1155", { token_standard: "ERC-1155", decimals: 1 }, "decimals", "decimals_of_standard"],
    ["a token id of an ERC-20", { token_id: "1" }, "token_id", "token_id_of_standard"],
    [
      "a token id beyond 2^256",
      { token_standard: "ERC-721", decimals: 0, token_id: (2n ** 256n).toString() },
      "token_id",
      "uint256_parsing",
    ],
    ["another leg type", { leg_type: "collateral" }, "leg_type", "enum"],
    ["an empty name", { name: "" }, "name", "string_too_short"],
    ["a name too long", { name: "n".repeat(201) }, "name", "string_too_long"],
    ["a field of its own", { verified: true }, "verified", "extra_forbidden"],
  ];
  for (const [what, changes, field, type] of faults) {
    it(`validation_error for ${what}`, async () => {
      const { status, body } = await create(instrument(changes));
      expect([status, body.code]).to.deep.equal([422, "validation_error"]);
      expect(body.detail.map(({ loc, type }: Json) => [loc, type])).to.deep.equal([[["body", field], type]]);
    });
  }

  it("takes the longest of everything", async () => {
    const most = instrument({ alias: "a".repeat(64), name: "n".repeat(200), decimals: 77, token_address: TOKENS.bond });
    expect((await create(most)).status).to.equal(201);
  });

  it("chain_unsupported for a chain that is not served", async () => {
    const { status, body } = await create(instrument({ chain_id: 1 }));
    expect([status, body.code]).to.deep.equal([422, "chain_unsupported"]);
    expect(body.context.loc).to.deep.equal(["body", "chain_id"]);
  });

  it("leaves nothing behind of what it refuses", async () => {
    const { items } = (await world().call("GET", "/v1/instruments?limit=200", { token })).body;
    const own = items.filter(({ environment_id }: Json) => environment_id !== null);
    expect(own.map(({ alias }: Json) => alias)).to.deep.equal(["a".repeat(64)]);
  });
});
