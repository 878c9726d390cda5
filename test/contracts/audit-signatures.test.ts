import { expect } from "chai";
import { concat } from "viem";
import { expectRevert } from "./support/revert.ts";
import { dvp } from "./support/settle.ts";
import { openStuck, type Stuck } from "./support/stuck.ts";
import { LEG } from "./support/terms.ts";
import { vary } from "./support/trades.ts";

describe("Findings of the audit: signatures and faults", function () {
  this.timeout(60_000);
  let stuck: Stuck;
  let restore: () => Promise<void>;
  before(async () => {
    stuck = await openStuck();
    restore = await stuck.world.snapshot();
  });
  afterEach(() => restore());

  it("a recipient that has given itself code keeps its key: its waiver counts, as its consent and its attestation do", async () => {
    await stuck.lockCash();
    // EIP-7702: the delegate knows no ERC-1271.
    await stuck.world.away.helpers.setCode(stuck.seller, concat(["0xef0100", stuck.world.side.away.cash]));
    await stuck.waiveSigned();
    expect(await stuck.status()).to.equal(LEG.WAIVED);
  });

  it("a party that is there three times is named where it is first repeated", async () => {
    const { world } = stuck;
    const trade = await dvp(world);
    const [a, b, c, d] = trade.terms.parties;
    if (!a || !b || !c || !d) throw new Error("four parties");
    const { terms } = await vary(world, trade, { parties: [a, b, c, d, c, c] });
    await expectRevert(world.coordinator.write.createSettlement([terms]), "Terms_RepeatedParty", [4n]);
  });
});
