import { expect } from "chai";
import type { Hex } from "viem";
import { useChain } from "../support/chain.ts";
import type { Call } from "../support/client.ts";
import { AWAY, HOME } from "../support/deployment.ts";
import { bond, sellOpen } from "../support/instructions.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

/** Runtime code that answers true when its argument's first four bytes are one of two, false otherwise: ERC-165 and one more. */
const interfaces = (id: string): Hex => `0x60043560e01c806301ffc9a7149063${id}14175f5260205ff3`;
/** Runtime code that returns one word, whatever is asked. */
const always = (word: string): Hex => `0x7f${word.padStart(64, "0")}5f5260205ff3`;

describe("tokens read on chain", function () {
  this.timeout(60_000);
  const world = useWorld();
  const chain = useChain(world);
  let call: Call;
  let tenant: Tenant;
  let codes: number;

  before(async () => {
    call = chain().call;
    tenant = await createTenant(world());
    codes = 0;
  });

  /** Puts code at a fresh address. */
  async function place(bytecode: Hex): Promise<Hex> {
    const address: Hex = `0x${(0xc0de_0000 + codes++).toString(16).padStart(40, "0")}`;
    await chain().node.setCode({ address, bytecode });
    return address;
  }

  const submit = (instrument_id: string, changes: Record<string, unknown> = {}) =>
    call("POST", "/v1/instructions", {
      token: tenant.token,
      json: sellOpen({ legs: [bond({ direction: "deliver", instrument_id, quantity: "1.5", ...changes })] }),
    });

  it("take the decimals of the contract, to the last unit", async () => {
    const address = await chain().deployToken("Bond", "BOND", 8);
    const { status, body } = await submit(address);
    expect(status).to.equal(201);
    expect(body.legs[0]).to.deep.include({
      instrument_id: address,
      decimals: 8,
      amount: "150000000",
      token_standard: "ERC-20",
    });
    const fine = await submit(address, { quantity: "0.00000001" });
    expect(fine.body.legs[0].amount).to.equal("1");
    const finer = await submit(address, { quantity: "0.000000001" });
    expect(finer.body.code).to.equal("quantity_precision");
  });

  it("are read once and remembered, so that they need no node any more", async () => {
    const address = await chain().deployToken("Cash", "CASH", 2);
    expect((await submit(address)).status).to.equal(201);
    const rows = await world()
      .db.selectFrom("keystone.token")
      .select(["chain_id", "token_standard", "decimals"])
      .where("address", "=", address.toLowerCase() as Hex)
      .execute();
    expect(rows).to.deep.equal([{ chain_id: BigInt(HOME), token_standard: "ERC-20", decimals: 2 }]);
    // The other copy of the API has no node at all.
    const { status, body } = await world().call("POST", "/v1/instructions", {
      token: tenant.token,
      json: sellOpen({ legs: [bond({ direction: "deliver", instrument_id: address, quantity: "1.5" })] }),
    });
    expect(status).to.equal(201);
    expect(body.legs[0].amount).to.equal("150");
  });

  it("are not remembered from a refused instruction", async () => {
    const address = await chain().deployToken("Cash", "CASH", 3);
    expect((await submit(address, { quantity: "0.0001" })).body.code).to.equal("quantity_precision");
    const rows = await world()
      .db.selectFrom("keystone.token")
      .select("decimals")
      .where("address", "=", address.toLowerCase() as Hex)
      .execute();
    expect(rows).to.deep.equal([]);
  });

  it("are known to be of another standard than stated", async () => {
    const address = await chain().deployToken("Bond", "BOND", 18);
    const { body } = await submit(address, { token_standard: "ERC-3643" });
    expect(body).to.deep.include({ code: "instrument_unverifiable", detail: "The token is ERC-20, not ERC-3643" });
  });

  it("need a token id where they are ERC-721 or ERC-1155", async () => {
    for (const id of ["80ac58cd", "d9b67a26"]) {
      const { status, body } = await submit(await place(interfaces(id)), { quantity: "1" });
      expect(status).to.equal(422);
      expect(body.code).to.equal("token_id_required");
    }
  });

  it("need a partition where they have partitions", async () => {
    const { body } = await submit(await place(everythingButErc165()), { quantity: "1" });
    expect(body.code).to.equal("partition_required");
  });

  const UNREADABLE: [string, () => Promise<Hex>][] = [
    ["no contract", async () => `0x${"12".repeat(20)}`],
    ["a contract that reverts", () => place("0x5f5ffd")],
    ["a contract that answers nothing", () => place("0x00")],
    ["a contract that says yes to every interface", () => place(always("1"))],
    ["78 decimals", () => place(decimalsOnly("4e"))],
    ["a number of decimals beyond uint8", () => place(decimalsOnly("0100"))],
  ];
  for (const [name, make] of UNREADABLE) {
    it(`are refused when there is ${name}`, async () => {
      const { status, body } = await submit(await make(), { quantity: "1" });
      expect(status).to.equal(422);
      expect(body.code).to.equal("instrument_unverifiable");
      expect(body.context.loc).to.deep.equal(["body", "legs", 0, "instrument_id"]);
    });
  }

  it("with 77 decimals are taken", async () => {
    const { status, body } = await submit(await place(decimalsOnly("4d")), { quantity: "1" });
    expect(status).to.equal(201);
    expect(body.legs[0].amount).to.equal(`1${"0".repeat(77)}`);
  });

  it("are refused on the chain whose node does not answer, and named there", async () => {
    const { body } = await submit(`0x${"34".repeat(20)}`, { chain_id: AWAY });
    expect(body.code).to.equal("instrument_unverifiable");
    expect(body.detail).to.include("node did not answer");
  });

  it("and the head block comes from the node", async () => {
    await chain().node.mine({ blocks: 3 });
    const { body } = await call("GET", "/v1/status");
    const [home, away] = body.chains;
    expect(home.head_block).to.be.greaterThanOrEqual(3);
    expect(home.lag_blocks).to.equal(home.head_block - home.indexed_block);
    expect(away.lag_blocks).to.equal(0);
  });
});

/** Answers `decimals()` with a word and reverts on everything else. */
function decimalsOnly(word: string): Hex {
  const push = `${(0x5f + word.length / 2).toString(16)}${word}`;
  // selector == decimals() ? return word : revert
  const head = "5f3560e01c63313ce56714";
  const target = (head.length / 2 + 3 + 3).toString(16).padStart(2, "0");
  return `0x${head}60${target}575f5ffd5b${push}5f5260205ff3`;
}

/** Reverts on supportsInterface, answers 1 to everything else. */
function everythingButErc165(): Hex {
  const head = "5f3560e01c6301ffc9a714";
  const answer = "60015f5260205ff3";
  const target = (head.length / 2 + 3 + answer.length / 2).toString(16).padStart(2, "0");
  return `0x${head}60${target}57${answer}5b5f5ffd`;
}
