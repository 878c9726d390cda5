import { expect } from "chai";
import { type Address, type Hex, numberToHex, parseEther } from "viem";
import { ROLES } from "./support/chain.ts";
import { deposit } from "./support/settle.ts";
import { buildTrade, type Trade } from "./support/terms.ts";
import { eventNames, eventsOf, legOf, openingOf, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const LEGS = 16;
const PARTIES = 32;
const LAST = LEGS - 2;
const PLENTY = 5_000_000n;

describe("KeystoneEscrow: a deposit that pays for its report", function () {
  this.timeout(120_000);
  let world: World;
  let trade: Trade;
  let account: Address;
  let secret: Hex;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    const legs = Array.from({ length: LEGS }, (_, index) => ({
      chain: index > LAST ? world.home : world.away,
      token: index > LAST ? world.side.home.bond : world.side.away.cash,
      amount: 1_000n,
      from: index % 2,
      to: 1 - (index % 2),
    }));
    const small = await buildTrade(world, { legs, accounts: [ROLES.seller, ROLES.buyer] });
    const entities = Array.from({ length: PARTIES - small.terms.parties.length }, (_, index) =>
      numberToHex(index + 1, { size: 32 }),
    );
    trade = await vary(world, small, { parties: [...small.terms.parties, ...entities] });
    for (let index = 0; index < LAST; ++index) await deposit(world, trade, index);
    ({ secret, wallet: account } = openingOf(trade, 0));
    const leg = legOf(trade, LAST);
    const token = await world.away.viem.getContractAt("TestToken", leg.token);
    await token.write.approve([leg.escrow, leg.amount], { account });
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const send = (gas: bigint) =>
    world.escrow.away.write.depositLeg([trade.terms, BigInt(LAST), secret, []], {
      account,
      gas,
      value: parseEther("1"),
    });
  /** What it told the messenger: whether the report carries terms, or nothing. */
  async function reported(hash: Hex): Promise<string> {
    expect(await eventNames(world.away, world.escrow.away, hash)).to.include("LegsLocked");
    const sent = await eventsOf(world.away, world.messenger.away, hash);
    return sent.map(({ eventName, args }) => `${eventName} ${args["carriesTerms"]}`).join();
  }
  const succeeds = (gas: bigint) =>
    send(gas)
      .then(() => true)
      .catch(() => false)
      .then(async (answer) => {
        await restore();
        return answer;
      });
  /** `eth_estimateGas` as go-ethereum does it: at least what all of it used, then halving until 1.5 % are left. */
  async function estimate(): Promise<bigint> {
    const { gasUsed } = await world.away.client.waitForTransactionReceipt({ hash: await send(PLENTY) });
    await restore();
    let low = gasUsed - 1n;
    let high = PLENTY;
    const guess = ((gasUsed + 2_300n) * 64n) / 63n;
    if (await succeeds(guess)) high = guess;
    else low = guess;
    while (low + 1n < high && (high - low) * 1_000n >= high * 15n) {
      const middle = (low + high) / 2n;
      if (await succeeds(middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  it("sends it with the gas that go-ethereum estimates", async () => {
    const full = await reported(await send(PLENTY));
    await restore();
    expect(await reported(await send(await estimate()))).to.equal(full);
  });

  it("sends it, whole, with any gas with which the deposit succeeds", async () => {
    const full = await reported(await send(PLENTY));
    await restore();
    for (let gas = 500_000n; gas < 1_000_000n; gas += 4_000n) {
      const hash = await send(gas).catch(() => undefined);
      if (hash !== undefined) expect(await reported(hash), `with ${gas} gas`).to.equal(full);
      await restore();
    }
  });
});
