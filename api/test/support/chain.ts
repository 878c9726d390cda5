import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClient, createWalletClient, type Hex, http, publicActions } from "viem";
import { type Anvil, launchAnvil } from "../../../devnet/src/chains/anvil.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { readArtifact } from "../../../ignition/artifacts.ts";
import { createChainReaders } from "../../src/chain/readers.ts";
import type { Call } from "./client.ts";
import { AWAY, HOME } from "./deployment.ts";
import type { World } from "./world.ts";

const client = (url: string) => createTestClient({ mode: "anvil", transport: http(url) }).extend(publicActions);

/** A node of the coordinator's chain, and a copy of the API that reads it. The other chain's node does not answer. */
export interface TestChain {
  call: Call;
  node: ReturnType<typeof client>;
  /** Puts an ERC-20 there; resolves to its address. */
  deployToken(name: string, symbol: string, decimals: number): Promise<Hex>;
}

/** Has the chain there for the tests of a suite. Returns how to get it. */
export function useChain(world: () => World): () => TestChain {
  let folder: string;
  let anvil: Anvil;
  let chain: TestChain | undefined;
  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), "keystone-chain-"));
    anvil = await launchAnvil(HOME, await freePort(), [], join(folder, "anvil.log"));
    const urls = new Map([
      [HOME, anvil.url],
      [AWAY, `http://127.0.0.1:${await freePort()}`],
    ]);
    const { call } = await world().serve({ chains: createChainReaders(world().deps.deployment, urls) });
    const node = client(anvil.url);
    chain = {
      call,
      node,
      async deployToken(...args) {
        const { abi, bytecode } = readArtifact("devnet/contracts/TestToken.sol", "TestToken");
        const wallet = createWalletClient({ account: localAccount("deployer"), transport: http(anvil.url) });
        const hash = await wallet.deployContract({ abi, bytecode, args, chain: null });
        const { contractAddress } = await node.waitForTransactionReceipt({ hash });
        if (!contractAddress) throw new Error("no contract");
        return contractAddress;
      },
    };
  });
  after(async () => {
    await anvil.kill();
    await rm(folder, { recursive: true, force: true });
  });
  return () => {
    if (chain === undefined) throw new Error("the chain is there from the first test on");
    return chain;
  };
}
