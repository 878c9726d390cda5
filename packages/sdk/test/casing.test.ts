import { inspect } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { fromWire, toWire } from "../src/casing/convert.ts";
import { ConfigurationError } from "../src/index.ts";

describe("casing", () => {
  it("leaves alone what no schema lists, whatever it looks like", () => {
    const strange = { new_field: { trade_reference: 1 }, metadata: { trade_reference: "x", desk_id: "7" } };
    expect(fromWire(strange)).to.deep.equal({ new_field: { trade_reference: 1 }, metadata: strange.metadata });
    const terms = { chainId: "1", depositDeadline: 5, legs: [{ tokenId: "1", trade_reference: "kept" }] };
    expect(fromWire({ terms, permit2: { message: terms }, payload: { leg_index: 1 } })).to.deep.equal({
      terms,
      permit2: { message: terms },
      payload: { leg_index: 1 },
    });
  });

  it("cases the values of a map and leaves its keys, though they are names of fields", () => {
    const wire = {
      transitions: { leg_index: { allowed_next: ["A_B"] } },
      actions: { X: { timeout_seconds: 1, params: { a_b: 1 } } },
    };
    const read = {
      transitions: { leg_index: { allowedNext: ["A_B"] } },
      actions: { X: { timeoutSeconds: 1, params: { a_b: 1 } } },
    };
    expect(fromWire(wire)).to.deep.equal(read);
  });

  it("makes bigints of base units, and of nothing else that is written so", () => {
    expect(
      fromWire({ amount: "25", token_id: "25", quantity: "25", fees: [{ amount: "1" }], message_fee: null }),
    ).to.deep.equal({
      amount: 25n,
      tokenId: "25",
      quantity: "25",
      fees: [{ amount: 1n }],
      messageFee: null,
    });
  });

  it("comes back from there and here with whatever values", () => {
    const field = fc.constantFrom("trade_reference", "legs", "id", "party", "metadata", "unknown_one", "chain_id");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), fc.constant(null), tie("object"), tie("list")),
      list: fc.array(tie("tree"), { maxLength: 3 }),
      object: fc.dictionary(field, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(toWire(fromWire(value))).to.deep.equal(value);
      }),
    );
  });

  it("writes dates and refuses what is none, and amounts that are numbers, naming the place", () => {
    expect(toWire({ timeoutAt: new Date(0), repoRate: 1.5 })).to.deep.equal({
      timeout_at: "1970-01-01T00:00:00.000Z",
      repo_rate: 1.5,
    });
    const refused = (value: unknown, option: string) =>
      expect(() => toWire(value))
        .to.throw(ConfigurationError)
        .with.property("option", option);
    refused({ legs: [{ quantity: "1" }, { quantity: 5 }] }, "legs.1.quantity");
    refused({ repaymentAmount: 1e21 }, "repaymentAmount");
    refused({ timeoutAt: new Date("never") }, "timeoutAt");
  });

  it("hides secrets from who prints, and from nobody else", () => {
    const wire = {
      legs: [{ deposit_secret: "0xabc", leg_index: 0 }],
      secret: "whsec_1",
      session_token: "ey1",
      new_secret: null,
    };
    const read = fromWire(wire) as { legs: { depositSecret: string }[]; secret: string };
    const printed = inspect(read, { depth: 9 });
    for (const secret of ["0xabc", "whsec_1", "ey1"]) expect(printed).to.not.include(secret);
    expect(printed).to.include("[secret]").and.include("legIndex: 0").and.include("newSecret: null");
    expect(inspect(fromWire({ calldata: "0x01", reveal: { calldata: "0x02" } }), { depth: 9 })).to.not.match(/0x0[12]/);
    expect(read.legs[0]?.depositSecret).to.equal("0xabc");
    expect({ ...read }.secret).to.equal("whsec_1");
    expect(JSON.parse(JSON.stringify(read))).to.deep.equal({
      legs: [{ depositSecret: "0xabc", legIndex: 0 }],
      secret: "whsec_1",
      sessionToken: "ey1",
      newSecret: null,
    });
  });
});
