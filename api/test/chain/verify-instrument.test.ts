import { expect } from "chai";
import type { Hex } from "viem";
import { useChain } from "../support/chain.ts";
import type { Call, Json } from "../support/client.ts";
import { AWAY } from "../support/deployment.ts";
import { instrument, registrar } from "../support/instruments.ts";
import { createTenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

describe("instruments compared with the chain", function () {
  this.timeout(60_000);
  const world = useWorld();
  const chain = useChain(world);
  let call: Call;
  let token: string;
  let bond: Hex;

  before(async () => {
    call = chain().call;
    token = await registrar(world(), await createTenant(world()));
    bond = await chain().deployToken("Bond", "BOND", 8);
  });

  const create = (changes: Json) => call("POST", "/v1/instruments", { token, json: instrument(changes) });
  const refused = async (changes: Json, field: string, words: string) => {
    const { status, body } = await create(changes);
    expect([status, body.code]).to.deep.equal([422, "instrument_unverifiable"]);
    expect(body.context.loc).to.deep.equal(["body", field]);
    expect(body.detail).to.include(words);
  };

  it("are verified when it says the same", async () => {
    const { status, body } = await create({ token_address: bond, decimals: 8 });
    expect([status, body.verified]).to.deep.equal([201, true]);
  });

  it("are refused when it says other decimals or another standard, and nothing is kept", async () => {
    const alias = "CONTRADICTED";
    await refused({ alias, token_address: bond, decimals: 6 }, "decimals", "the decimals 8");
    await refused({ alias, token_address: bond, decimals: 8, token_standard: "ERC-3643" }, "token_standard", "ERC-20");
    await refused({ alias, token_address: bond, decimals: 0, token_standard: "ERC-721" }, "token_standard", "ERC-20");
    const { body } = await call("GET", `/v1/instruments?alias=${alias}`, { token });
    expect(body.items).to.deep.equal([]);
    expect((await create({ alias, token_address: bond, decimals: 8 })).status).to.equal(201);
  });

  it("are refused when there is no contract, or none that is a token", async () => {
    await refused({ token_address: `0x${"12".repeat(20)}` }, "token_address", "no contract");
    const reverting: Hex = `0x${"13".repeat(20)}`;
    await chain().node.setCode({ address: reverting, bytecode: "0x5f5ffd" });
    await refused({ token_address: reverting }, "token_address", "does not answer decimals()");
  });

  it("are taken unverified when no node answers", async () => {
    const { status, body } = await create({ chain_id: AWAY, token_address: bond, decimals: 3 });
    expect([status, body.verified]).to.deep.equal([201, false]);
  });
});
