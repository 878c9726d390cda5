import { type Terms, termsFromJson } from "@keystoneos/protocol";
import { expect } from "chai";
import pg from "pg";
import type { Address, Hex } from "viem";
import type { DepositInfo, Settlement } from "../../devnet/src/demo/api-shapes.ts";
import { readBalances, watch } from "../../devnet/src/demo/balances.ts";
import { ESCROW_GAS, reachChains } from "../../devnet/src/demo/chains.ts";
import { type Context, type Role, twoChains } from "../../devnet/src/demo/context.ts";
import { readDepositInfo } from "../../devnet/src/demo/deposit.ts";
import { connectPlatform } from "../../devnet/src/demo/platform.ts";
import { agree, fund, reach } from "../../devnet/src/demo/trade.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import type { ProcessName } from "../../devnet/src/world.ts";
import {
  type Contracts,
  callWithTerms,
  coordinatorState,
  dispatchVerdict,
  escrowRecord,
  reportLock,
  reportRelease,
} from "./support/contracts-alone.ts";
import { crossChainSpec } from "./support/trade.ts";
import { sharedWorld, type World } from "./support/world.ts";

const FINALIZED = 5;
const TIMED_OUT = 7;
const PLATFORM: ProcessName[] = ["api", "relayer", "indexer", "issuer"];

/** What each party keeps of a trade it has agreed to: the terms, and the calls that hold its own secret. */
interface Kept {
  terms: Terms;
  seller: DepositInfo;
  buyer: DepositInfo;
  context: Context;
}

// The last test of the shared world: it takes the platform away and does not bring it back.
describe("parties without the platform", function () {
  this.timeout(240_000);
  let world: World;
  let contracts: Contracts;
  let paid: Kept;
  let unpaid: Kept;

  before(async () => {
    world = await sharedWorld();
    const { home } = twoChains(world);
    const { coordinator, escrow } = world.deployment.contracts;
    const chains = reachChains(world);
    contracts = { chains, coordinator, escrow, home, from: world.parties[20] as Address };
    paid = await agreeAndKeep(world, 14, 600);
    unpaid = await agreeAndKeep(world, 16, 70);

    for (const name of PLATFORM) await world.kill(name);
    const db = new pg.Client({ connectionString: world.databaseUrl });
    await db.connect();
    await db.query("DROP SCHEMA keystone CASCADE");
    await db.end();
    await world.kill("postgres");
  });

  it("settle a trade on the contracts alone, with their terms and their secrets", async () => {
    const { terms, context } = paid;
    const { home, away } = twoChains(world);
    const watched = watch(context, crossChainSpec(world).transfers);
    const before = await readBalances(context, watched);
    await deposit(context, paid.seller, "seller");
    await deposit(context, paid.buyer, "buyer");
    await reveal(context, paid.seller, "seller");
    await reveal(context, paid.buyer, "buyer");

    await reportLock(contracts, terms, away);
    if ((await coordinatorState(contracts, terms)).verdict === "none")
      await callWithTerms(contracts, terms, home, "advance");
    expect(await coordinatorState(contracts, terms)).to.include({ verdict: "execute" });
    await dispatchVerdict(contracts, terms, away);
    for (const chainId of [home, away]) {
      if ((await escrowRecord(contracts, terms, chainId)).paid === 0)
        await callWithTerms(contracts, terms, chainId, "release");
    }
    if ((await coordinatorState(contracts, terms)).state !== FINALIZED)
      await reportRelease(contracts, terms, away, FINALIZED);
    expect(await coordinatorState(contracts, terms)).to.deep.equal({ state: FINALIZED, verdict: "execute" });

    const changes = (await readBalances(context, watched)).map((balance, index) => balance - (before[index] ?? 0n));
    const bond = 12_500_000_000_000_000_000n;
    const cash = 12_499_990_000n;
    // Seller and buyer, of the bond and then of the cash.
    expect(changes).to.deep.equal([-bond, bond, cash, -cash]);
  });

  it("get a locked deposit back when the other side never pays", async () => {
    const { terms, context } = unpaid;
    const { home, away } = twoChains(world);
    const watched = watch(context, crossChainSpec(world).transfers);
    const before = await readBalances(context, watched);
    await deposit(context, unpaid.seller, "seller");
    await reveal(context, unpaid.buyer, "buyer");
    await reportLock(contracts, terms, away);
    await until(
      () => "the settle deadline",
      120_000,
      async () => {
        const { timestamp } = await contracts.chains.client(home).getBlock();
        return timestamp >= BigInt(terms.settleDeadline) || undefined;
      },
    );
    await callWithTerms(contracts, terms, home, "timeout");
    expect(await coordinatorState(contracts, terms)).to.deep.equal({ state: TIMED_OUT, verdict: "rollback" });
    await dispatchVerdict(contracts, terms, away);
    if ((await escrowRecord(contracts, terms, away)).paid === 0)
      await callWithTerms(contracts, terms, away, "refundExpired");
    expect(await readBalances(context, watched)).to.deep.equal(before);
  });
});

/** Takes a trade to the point where nobody is needed any more, and keeps what its parties were shown. */
async function agreeAndKeep(world: World, firstWallet: number, timeoutSeconds: number): Promise<Kept> {
  const chains = reachChains(world);
  const context: Context = {
    world,
    chains,
    facts: () => Promise.reject(new Error("there is no index any more")),
    platforms: { seller: connectPlatform(world, world.clients[0]), buyer: connectPlatform(world, world.clients[1]) },
    wallets: { seller: world.parties[firstWallet] as Address, buyer: world.parties[firstWallet + 1] as Address },
    spareWallets: { seller: "0x", buyer: "0x" },
    tell: () => {},
    remember: () => {},
    quiet: () => {},
    calm: Promise.resolve(),
  };
  const spec = crossChainSpec(world, timeoutSeconds);
  await fund(context, spec.transfers);
  const cleared = await reach(context, await agree(context, spec), ["AWAITING_DEPOSITS"], 60_000);
  const infoOf = (role: Role) => readDepositInfo(context, cleared, role, legOf(cleared, role));
  return {
    context,
    terms: termsFromJson(cleared.terms),
    seller: await infoOf("seller"),
    buyer: await infoOf("buyer"),
  };
}

function legOf(settlement: Settlement, role: Role): number {
  return settlement.legs.findIndex(({ party_role }) => party_role === role);
}

async function deposit({ chains, wallets }: Context, info: DepositInfo, role: Role): Promise<void> {
  const from = wallets[role];
  await chains.send(info.chain_id, { from, to: info.token_address, data: info.approval_calldata });
  const data = info.calldata as Hex;
  await chains.send(info.chain_id, { from, to: info.escrow_address, data, gas: ESCROW_GAS });
}

/** Opens the party's wallet where it is paid. */
async function reveal({ chains, wallets }: Context, info: DepositInfo, role: Role): Promise<void> {
  if (info.reveal === null) return;
  const { chain_id, escrow_address, calldata } = info.reveal;
  await chains.send(chain_id, { from: wallets[role], to: escrow_address, data: calldata, gas: ESCROW_GAS });
}
