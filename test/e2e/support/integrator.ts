import { randomUUID } from "node:crypto";
import { erc20Abi } from "@keystoneos/protocol/abi";
import { type Address, createPublicClient, createWalletClient, type Hex, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { DepositInfo, Instruction, Settlement } from "../../../devnet/src/demo/api-shapes.ts";
import { ESCROW_GAS } from "../../../devnet/src/demo/chains.ts";
import { connectPlatform } from "../../../devnet/src/demo/platform.ts";
import { until } from "../../../devnet/src/demo/wait.ts";
import type { WorldClient } from "../../../devnet/src/world/clients.ts";
import { accessToken } from "../../../devnet/src/world/token.ts";
import type { World } from "./world.ts";

/** What the sandbox answers: a status and JSON. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
}

export interface Refusal {
  code: string;
  detail: string | { loc: (string | number)[] }[];
  context?: { loc?: (string | number)[] };
}

/** How the sandbox's counterparty stands. */
export interface Counterparty {
  phase: string;
  detail: string;
  state: string | null;
  settlement_id: string | null;
  script: string;
  last_error: string | null;
  legs: { status: string; deposit_tx_hash: string | null }[];
}

export interface Leg {
  instrument_id: string;
  chain_id: number;
  quantity: string;
  direction: "deliver" | "receive";
}

/** Calls the sandbox with these headers, and reads whatever it says. */
export async function callSandbox<T>(
  world: World,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer<T>> {
  const response = await fetch(`${world.urls.sandbox}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

/** Somebody with one client id and an empty wallet of their own, and nobody to trade with. */
export async function integrator(world: World, client: WorldClient) {
  const account = privateKeyToAccount(generatePrivateKey());
  const platform = connectPlatform(world, client);
  const headers = { authorization: `Bearer ${await accessToken(world.issuer, client)}` };
  const transport = (chainId: number) => http(world.chains.find((chain) => chain.chainId === chainId)?.rpcUrl);
  const node = (chainId: number) =>
    createPublicClient({ transport: transport(chainId), pollingInterval: 250, cacheTime: 0 });

  async function send(chainId: number, to: Address, data: Hex, value = 0n, gas?: bigint): Promise<void> {
    const client = node(chainId);
    const wallet = createWalletClient({ account, transport: transport(chainId) });
    const hash = await wallet.sendTransaction({ chain: null, to, data, value, ...(gas && { gas }) });
    const { status } = await client.waitForTransactionReceipt({ hash, timeout: 60_000 });
    if (status !== "success") throw new Error(`${hash} on chain ${chainId} reverted`);
  }

  return {
    address: account.address,
    platform,
    headers,
    ask: <T = Counterparty>(path: string, body?: unknown) => callSandbox<T>(world, path, headers, body),
    gasOf: (chainId: number) => node(chainId).getBalance({ address: account.address }),
    balanceOf: (chainId: number, token: Address) =>
      node(chainId).readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [account.address] }),
    instruct: (template: string, legs: Leg[], more: Record<string, unknown> = {}) =>
      platform.post<Instruction>(
        "/instructions",
        {
          template_slug: template,
          role: "seller",
          party: { external_reference: "desk-1", name: "Alpine Bond Desk", wallet_address: account.address },
          legs,
          timeout_at: new Date(Date.now() + 600_000).toISOString(),
          ...more,
        },
        randomUUID(),
      ),
    /** Waits until the counterparty is in one of these phases. */
    reach: (instructionId: string, phases: string[]) => {
      let seen: Counterparty | undefined;
      return until(
        () => `${phases.join(" or ")}, now ${JSON.stringify(seen)}`,
        90_000,
        async () => {
          seen = (await callSandbox<Counterparty>(world, `/counterparty/${instructionId}`, headers)).body;
          return phases.includes(seen.phase) ? seen : undefined;
        },
      );
    },
    settlement: (id: string) => platform.get<Settlement>(`/settlements/${id}`),
    /** Approves and deposits every leg that it owes. */
    async deposit(settlementId: string): Promise<void> {
      const { legs } = await platform.get<Settlement>(`/settlements/${settlementId}`);
      for (const { leg_index, chain_id } of legs.filter(({ party_role }) => party_role === "seller")) {
        const info = await platform.get<DepositInfo>(`/settlements/${settlementId}/legs/${leg_index}/deposit-info`);
        await send(chain_id, info.token_address, info.approval_calldata);
        await send(chain_id, info.escrow_address, info.calldata as Hex, BigInt(info.value), ESCROW_GAS);
      }
    },
  };
}

export type Integrator = Awaited<ReturnType<typeof integrator>>;
