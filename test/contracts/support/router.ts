import type { Hex } from "viem";
import { ROLES } from "./chain.ts";
import { type Statement, signStatement, statementOf } from "./compliance.ts";
import { authorizationTypedData, permit2TypedData } from "./signing.ts";
import type { Opening, Trade } from "./terms.ts";
import { legOf, openingOf } from "./trades.ts";
import type { World } from "./world.ts";

export const DEPOSIT_KIND = { PERMIT2: 0, ERC3009: 1 } as const;
const FAR = 2n ** 48n;

/** The router of this world's deployment. */
export function deployRouter(world: World) {
  return world.home.viem.deployContract("SettlementRouter", [world.addresses.root]);
}

/** An attester's word as the router carries it. */
export async function signedAttestation(
  world: World,
  trade: Trade,
  changes: Partial<Statement> = {},
  role: number = ROLES.attester,
) {
  const { statuses, referenceHashes, validUntil, sequence } = statementOf(trade, changes);
  const signature = await signStatement(world, statementOf(trade, changes), role);
  return { attester: world.home.address(role), statuses, referenceHashes, validUntil, sequence, signature };
}

/** The deposit of a leg as its payer signs it; Permit2's nonces are the positions of the legs unless told otherwise. */
export async function signedDeposit(
  world: World,
  trade: Trade,
  legIndex: number,
  kind: number,
  options: { signer?: number; openings?: readonly Opening[]; nonce?: bigint } = {},
) {
  const position = (legOf(trade, legIndex).from - 1) / 2;
  const { secret, wallet } = openingOf(trade, position);
  const account = world.home.account(options.signer ?? trade.accounts[position] ?? 0);
  const { nonce = BigInt(legIndex) } = options;
  let signature: Hex;
  if (kind === DEPOSIT_KIND.PERMIT2) {
    signature = await account.signTypedData(permit2TypedData(trade, legIndex, { nonce, deadline: FAR }));
  } else {
    const authorization = await world.escrow.home.read.authorizationNonce([trade.id, BigInt(legIndex)]);
    const message = { from: wallet, validAfter: 0n, validBefore: FAR, nonce: authorization };
    signature = await account.signTypedData(authorizationTypedData(trade, legIndex, message));
  }
  return {
    kind,
    legIndex,
    secret,
    wallet,
    // ERC-3009's is the escrow's to compute.
    nonce: kind === DEPOSIT_KIND.PERMIT2 ? nonce : 0n,
    validAfter: 0n,
    deadline: FAR,
    signature,
    openings: options.openings ?? [],
  };
}

export type SignedDeposit = Awaited<ReturnType<typeof signedDeposit>>;
