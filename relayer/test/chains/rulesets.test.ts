import { REPO_RULESET, rulesetId } from "@keystoneos/protocol";
import { expect } from "chai";
import type { Hex } from "viem";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { checkRulesets } from "../../src/chains/rulesets.ts";
import { ChainError, ConfigError } from "../../src/errors.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";

/** Code that answers every call with one word. */
const ANSWERS_TRUE: Hex = "0x60015f5260205ff3";
const ANSWERS_FALSE: Hex = "0x5f5f5260205ff3";

describe("checkRulesets", function () {
  this.timeout(30_000);
  const deployment = sampleDeployment();
  let chain: TestChain;

  before(async () => {
    chain = await startTestChain();
  });
  after(() => chain.stop());

  const failure = (): Promise<unknown> =>
    checkRulesets(chain.chain, deployment).then(
      () => null,
      (error: unknown) => error,
    );
  const coordinatorIs = (bytecode: Hex) =>
    chain.client.setCode({ address: deployment.contracts.coordinator, bytecode });

  it("is content when the coordinator knows every template's ruleset", async () => {
    await coordinatorIs(ANSWERS_TRUE);
    expect(await failure()).to.equal(null);
  });

  it("names the template whose ruleset is not registered", async () => {
    await coordinatorIs(ANSWERS_FALSE);
    const error = await failure();
    expect(error).to.be.instanceOf(ConfigError);
    expect((error as Error).message).to.match(
      /^DEPLOYMENTS_FILE: the ruleset 0x\w{64} of template \S+ is not registered/,
    );
  });

  it("asks for the ruleset of a repo's closing too", async () => {
    // PUSH32 id, CALLDATALOAD(4) == id, else true: knows every ruleset but the closing's.
    const closing = rulesetId(REPO_RULESET).slice(2);
    await coordinatorIs(`0x7f${closing}60043514155f5260205ff3`);
    const error = await failure();
    expect(error).to.be.instanceOf(ConfigError);
    expect((error as Error).message).to.contain(`the ruleset 0x${closing} of template dvp-standard is not registered`);
  });

  it("does not take a coordinator that is not there for a missing ruleset", async () => {
    await coordinatorIs("0x");
    expect(await failure()).to.be.instanceOf(ChainError);
  });
});
