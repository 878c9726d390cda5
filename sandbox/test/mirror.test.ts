import { expect } from "chai";
import fc from "fast-check";
import { keyOf, mirrorOf, scriptOf } from "../src/counterparty/mirror.ts";
import { SCRIPTS } from "../src/http/schemas.ts";
import { instruction, instructionLeg } from "./support/shapes.ts";

const wallet = `0x${"11".repeat(20)}`;
const options = { role: "buyer", wallet, script: "settle", legTypes: [] } as const;

const anyLeg = fc
  .record({
    quantity: fc.bigInt({ min: 1n, max: 10n ** 30n }).map(String),
    direction: fc.constantFrom("deliver" as const, "receive" as const),
    leg_type: fc.constantFrom("asset_delivery" as const, "payment" as const, null),
    chain_id: fc.constantFrom(11_155_111, 84_532),
    token_standard: fc.constantFrom("ERC-20", "ERC-721", "ERC-1400"),
    token_id: fc.constantFrom(null, "7"),
    decimals: fc.integer({ min: 0, max: 18 }),
  })
  .map(instructionLeg);

describe("the mirror of an instruction", () => {
  it("has every leg the other way round and is the same trade in everything that is compared", () => {
    fc.assert(
      fc.property(fc.array(anyLeg, { minLength: 1, maxLength: 16 }), (legs) => {
        const mine = instruction({
          legs,
          fee_mode: "split",
          settlement_category: "repo_open",
          repayment_amount: "7.5",
        });
        const mirror = mirrorOf(mine, options);
        expect(mirror.legs).to.have.length(legs.length);
        for (const [i, leg] of legs.entries()) {
          expect(mirror.legs[i]).to.deep.equal({
            instrument_id: leg.token_address,
            chain_id: leg.chain_id,
            token_standard: leg.token_standard,
            token_id: leg.token_id,
            partition: leg.partition,
            quantity: leg.quantity,
            leg_type: leg.leg_type,
            direction: leg.direction === "deliver" ? "receive" : "deliver",
          });
        }
        for (const field of [
          "template_slug",
          "trade_reference",
          "timeout_at",
          "fee_mode",
          "settlement_category",
          "maturity_at",
          "repayment_amount",
          "repo_rate",
        ] as const)
          expect(mirror[field], field).to.equal(mine[field]);
      }),
    );
  });

  it("states a type that only the caller's registry knows, and never another one than the caller's own", () => {
    const legs = [instructionLeg(), instructionLeg({ leg_type: "payment" })];
    const { legs: types } = mirrorOf(instruction({ legs }), { ...options, legTypes: ["payment", "asset_delivery"] });
    expect(types.map(({ leg_type }) => leg_type)).to.deep.equal(["payment", "payment"]);
  });

  it("names its party, but for the script that is to be flagged", () => {
    const names = SCRIPTS.map((script) => mirrorOf(instruction(), { ...options, script }).party.name);
    expect(names).to.deep.equal(["Sandbox Counterparty", "Sandbox Counterparty", null]);
  });

  it("carries the script in its party's reference, and takes no other reference for one", () => {
    for (const script of SCRIPTS) {
      const { party } = mirrorOf(instruction(), { ...options, script });
      expect(scriptOf(party.external_reference)).to.equal(script);
    }
    for (const reference of [null, "settle", "sandbox:", "sandbox:settle ", "desk-1"])
      expect(scriptOf(reference)).to.equal(undefined);
  });

  it("has a key of its own for each instruction", () => {
    fc.assert(fc.property(fc.uuid(), fc.uuid(), (a, b) => a === b || keyOf(a) !== keyOf(b)));
  });
});
