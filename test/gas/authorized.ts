import { type Address, maxUint256 } from "viem";
import { ROLES } from "../contracts/support/chain.ts";
import { deployPermit2, PERMIT2, PERMIT2_ABI } from "../contracts/support/permit2.ts";
import { DEPOSIT_KIND, deployRouter, signedAttestation, signedDeposit } from "../contracts/support/router.ts";
import { open } from "../contracts/support/settle.ts";
import { signPermit } from "../contracts/support/signing.ts";
import { buildTrade, STATE, type Trade } from "../contracts/support/terms.ts";
import { openingOf } from "../contracts/support/trades.ts";
import type { World } from "../contracts/support/world.ts";
import { DEADLINES, expectState, fillEscrow, gasUsed, type Rows } from "./row.ts";

const AMOUNT = 10n ** 18n;
const FAR = 2n ** 48n;

/** Deposits by signature, of tokens that know them, and the one transaction that they make possible. */
export async function authorized(world: World): Promise<Rows> {
  const restore = await world.snapshot();
  await deployPermit2(world.home);
  const tokens = [await authorizationToken(world), await authorizationToken(world)] as const;
  const router = await deployRouter(world);
  const rows: Rows = { ...(await firstDeposits(world, tokens)), ...(await byRouter(world, router, tokens)) };
  await restore();
  return rows;
}

async function firstDeposits(world: World, tokens: readonly [Address, Address]): Promise<Rows> {
  const { escrow, home } = world;
  const trade = await tradeOf(world, tokens, "authorized");
  await open(world, trade);
  await fillEscrow(world, trade);
  const { secret, wallet: account } = openingOf(trade, 0);
  const again = await world.snapshot();
  const rows: Rows = {};

  const { v, r, s } = await signPermit(home, trade, 0, { owner: ROLES.seller, deadline: FAR });
  rows["first deposit by ERC-2612"] = await gasUsed(
    home,
    escrow.home.write.depositLegWithPermit([trade.terms, 0n, secret, [], FAR, v, r, s], { account }),
  );
  await again();
  await usePermit2(world);
  const permit = await signedDeposit(world, trade, 0, DEPOSIT_KIND.PERMIT2, { nonce: 1n });
  rows["first deposit by Permit2"] = await gasUsed(
    home,
    escrow.home.write.depositLegWithPermit2(
      [trade.terms, 0n, secret, [], account, permit.nonce, permit.deadline, permit.signature],
      { account: home.address(ROLES.relayer) },
    ),
  );
  await again();
  const { validAfter, deadline, signature } = await signedDeposit(world, trade, 0, DEPOSIT_KIND.ERC3009);
  rows["first deposit by ERC-3009"] = await gasUsed(
    home,
    escrow.home.write.depositLegWithAuthorization(
      [trade.terms, 0n, secret, [], account, validAfter, deadline, signature],
      { account: home.address(ROLES.relayer) },
    ),
  );
  await again();
  return rows;
}

async function byRouter(
  world: World,
  router: Awaited<ReturnType<typeof deployRouter>>,
  tokens: readonly [Address, Address],
): Promise<Rows> {
  const trade = await tradeOf(world, tokens, "router");
  await fillEscrow(world, trade);
  await usePermit2(world);
  const attestations = [await signedAttestation(world, trade)];
  const again = await world.snapshot();
  const options = { account: world.home.address(ROLES.relayer) };
  const rows: Rows = {};

  rows["open by router: create, attest, advance"] = await gasUsed(
    world.home,
    router.write.open([trade.terms, attestations], options),
  );
  for (const [name, kind, nonces] of [
    ["Permit2", DEPOSIT_KIND.PERMIT2, [2n, 3n]],
    ["ERC-3009", DEPOSIT_KIND.ERC3009, [0n, 0n]],
  ] as const) {
    await again();
    const deposits = await Promise.all(nonces.map((nonce, leg) => signedDeposit(world, trade, leg, kind, { nonce })));
    rows[`whole settlement in one transaction by ${name}`] = await gasUsed(
      world.home,
      router.write.settle([trade.terms, attestations, deposits], options),
    );
    await expectState(world, trade, STATE.FINALIZED);
  }
  await again();
  return rows;
}

async function authorizationToken(world: World): Promise<Address> {
  const token = await world.home.viem.deployContract("AuthorizationToken");
  for (const role of [ROLES.seller, ROLES.buyer]) {
    await token.write.mint([world.home.address(role), 10n * AMOUNT]);
    await token.write.approve([PERMIT2, maxUint256], { account: world.home.address(role) });
  }
  return token.address;
}

/** A wallet that has used Permit2 before writes its nonce into a word that it has paid for already. */
async function usePermit2(world: World): Promise<void> {
  const permit2 = { address: PERMIT2, abi: PERMIT2_ABI } as const;
  for (const role of [ROLES.seller, ROLES.buyer]) {
    const wallet = world.home.account(role);
    await wallet.writeContract({ ...permit2, functionName: "invalidateUnorderedNonces", args: [0n, 1n] });
  }
}

function tradeOf(world: World, [bond, cash]: readonly [Address, Address], salt: string): Promise<Trade> {
  return buildTrade(world, {
    legs: [
      { chain: world.home, token: bond, amount: AMOUNT, from: 0, to: 1 },
      { chain: world.home, token: cash, amount: AMOUNT, from: 1, to: 0 },
    ],
    accounts: [ROLES.seller, ROLES.buyer],
    salt,
    changes: DEADLINES,
  });
}
