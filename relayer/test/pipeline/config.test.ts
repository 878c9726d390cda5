import { expect } from "chai";
import { parseEther, parseGwei } from "viem";
import { ConfigError } from "../../src/errors.ts";
import { readSettings } from "../../src/pipeline/config.ts";
import { A, B } from "../support/facts.ts";

describe("readSettings", () => {
  it("has a default for everything but a budget", () => {
    const settings = readSettings({}, [A, B]);
    expect(settings).to.deep.include({
      replaceAfterBlocks: 10,
      cancelAfterBlocks: 30,
      leaseSeconds: 15,
      unminedLimit: 16,
    });
    expect([...settings.feeCaps]).to.deep.equal([
      [A, parseGwei("500")],
      [B, parseGwei("500")],
    ]);
    expect([...settings.gasBudgets]).to.deep.equal([]);
  });

  it("reads caps and budgets chain by chain, in gwei and ether", () => {
    const settings = readSettings({ [`MAX_FEE_PER_GAS_GWEI_${A}`]: "0.25", [`GAS_BUDGET_ETH_${B}`]: "1.5" }, [A, B]);
    expect([...settings.feeCaps.values()]).to.deep.equal([parseGwei("0.25"), parseGwei("500")]);
    expect([...settings.gasBudgets]).to.deep.equal([[B, parseEther("1.5")]]);
  });

  it("names the variable that is wrong", () => {
    const wrong: Record<string, string> = {
      REPLACE_AFTER_BLOCKS: "0",
      CANCEL_AFTER_BLOCKS: "1.5",
      SIGNER_LEASE_SECONDS: "-1",
      UNMINED_LIMIT: "many",
      DEAD_AFTER_REFUSALS: "x",
      DEAD_AFTER_SECONDS: "0",
      [`MAX_FEE_PER_GAS_GWEI_${A}`]: "1e3",
      [`GAS_BUDGET_ETH_${A}`]: "0",
      [`GAS_BUDGET_ETH_${B}`]: "-1",
    };
    for (const [variable, value] of Object.entries(wrong)) {
      expect(() => readSettings({ [variable]: value }, [A, B]), variable)
        .to.throw(ConfigError)
        .with.property("variable", variable);
    }
  });
});
