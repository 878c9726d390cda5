import { expect } from "chai";
import type { Address } from "viem";
import { ROLES } from "./support/chain.ts";
import { deposit, open } from "./support/settle.ts";
import { buildTrade, type Trade } from "./support/terms.ts";
import { impersonate, openingOf } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

/** The most gas that a transaction may have (EIP-7825). */
const MOST_GAS = 2n ** 24n - 1n;

describe("KeystoneEscrow: legs that burn their gas", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await openWorld();
    await impersonate(world.home, world.addresses.messenger);
  });

  /** A trade on two chains after EXECUTE: leg 0, with one fee, in a token that burns all gas but `keep`; leg 1 beside it is honest. */
  async function executed(keep: bigint): Promise<Trade> {
    const token = await world.home.viem.deployContract("GasBurningToken");
    const fees = [{ recipient: "0x00000000000000000000000000000000000000c9" as Address, amount: 10n }];
    const burning = { chain: world.home, token: token.address, amount: 1000n, from: 1, to: 0, fees };
    const honest = { chain: world.home, token: world.side.home.cash, amount: 1000n, from: 1, to: 0 };
    const away = { chain: world.away, token: world.side.away.bond, amount: 1n, from: 0, to: 1 };
    const legs = [burning, honest, away];
    const trade = await buildTrade(world, { legs, accounts: [ROLES.seller, ROLES.buyer] });
    await token.write.mint([openingOf(trade, 1).wallet, 1000n]);
    await deposit(world, trade, 0);
    await deposit(world, trade, 1, { openings: [openingOf(trade, 0)] });
    await open(world, trade);
    const { messenger } = world.addresses;
    await token.write.burnGas([true, keep]);
    await world.coordinator.write.recordLocked([trade.id, BigInt(world.away.chainId)], { account: messenger });
    await world.coordinator.write.advance([trade.terms], { gas: 16_000_000n });
    return trade;
  }
  const release = (trade: Trade) => world.escrow.home.write.release([trade.terms], { gas: MOST_GAS });
  const record = (trade: Trade) => world.escrow.home.read.stateOf([trade.id]);

  it("leaves a fee owed when a transfer succeeds with the gas that was the fee's", async () => {
    const trade = await executed(60_000n);
    await release(trade);
    await release(trade);
    const { paid, feesOwed } = await record(trade);
    expect(paid).to.equal(0b11);
    expect(feesOwed).to.equal(0b1n);
    await world.escrow.home.write.notifyReleased([trade.terms], { gas: MOST_GAS });
  });

  it("lets no leg that fails keep the others from their turn", async () => {
    const trade = await executed(0n);
    await release(trade);
    await release(trade);
    const { paid, claimable } = await record(trade);
    expect({ paid, claimable }).to.deep.equal({ paid: 0b10, claimable: 0b1 });
  });

  it("lets a deposit stand and lock when the message about it cannot be priced", async () => {
    const trade = await buildTrade(world, {
      legs: [
        { chain: world.home, token: world.side.home.bond, amount: 1000n, from: 0, to: 1 },
        { chain: world.away, token: world.side.away.cash, amount: 1000n, from: 1, to: 0 },
      ],
      accounts: [ROLES.seller, ROLES.buyer],
    });
    await world.away.helpers.setCode(world.side.away.layerZero.executor, "0x60006000fd");
    await deposit(world, trade, 1, { value: 10n ** 15n, openings: [openingOf(trade, 0)] });
    expect((await world.escrow.away.read.stateOf([trade.id])).locked).to.equal(true);
  });
});
