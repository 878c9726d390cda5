import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Abi, type Address, createTestClient, type Hex, http, publicActions, walletActions } from "viem";
import { launchAnvil } from "../../../devnet/src/chains/anvil.ts";
import { localAccount, localPrivateKey } from "../../../devnet/src/keys.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { accountOn } from "../../src/chain/account.ts";
import { connectChain } from "../../src/chain/chain.ts";
import type { Ground } from "../../src/context.ts";

const CHAIN_ID = 31_337;

interface Artifact {
  abi: Abi;
  bytecode: Hex;
}

export async function artifact(path: string): Promise<Artifact> {
  return JSON.parse(await readFile(new URL(`../../../artifacts/${path}.json`, import.meta.url), "utf8"));
}

export type TestGround = Awaited<ReturnType<typeof startGround>>;

/** A node of its own that mines at once, with the sandbox's two accounts. */
export async function startGround() {
  const directory = await mkdtemp(join(tmpdir(), "keystone-sandbox-"));
  const anvil = await launchAnvil(CHAIN_ID, await freePort(), [], join(directory, "anvil.log"));
  const chain = connectChain(CHAIN_ID, anvil.url);
  const ground: Ground = {
    chain,
    faucet: accountOn(chain, localPrivateKey("faucet")),
    counterparty: accountOn(chain, localPrivateKey("counterparty")),
  };
  const client = createTestClient({
    mode: "anvil",
    account: localAccount("firstParty"),
    transport: http(anvil.url),
    pollingInterval: 50,
  })
    .extend(publicActions)
    .extend(walletActions);

  /** Calls a contract from an account that is none of the sandbox's. */
  async function send(to: Address, data: Hex): Promise<void> {
    await client.waitForTransactionReceipt({ hash: await client.sendTransaction({ chain: null, to, data }) });
  }
  async function deploy({ abi, bytecode }: Artifact, args: unknown[] = []): Promise<Address> {
    const { contractAddress } = await client.waitForTransactionReceipt({
      hash: await client.deployContract({ chain: null, abi, bytecode, args }),
    });
    return contractAddress as Address;
  }
  return {
    url: anvil.url,
    ground,
    client,
    send,
    deploy,
    async stop() {
      await anvil.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
