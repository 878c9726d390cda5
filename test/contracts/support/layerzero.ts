import { type Abi, type Address, getAddress, getContractAddress, type Hex } from "viem";
import { layerZeroArtifact } from "./artifacts.ts";
import { type Chain, ROLES } from "./chain.ts";

/** What LayerZero has on one chain, and who works for us there. */
export interface LayerZero {
  endpoint: Address;
  sendLibrary: Address;
  receiveLibrary: Address;
  /** The verifiers' and the executor's contracts on the sending side. Verifiers ascend, as LayerZero demands. */
  sendVerifiers: [Address, Address];
  executor: Address;
  /** The verifiers' accounts on the receiving side, ascending. */
  receiveVerifiers: [Address, Address];
}

const CONFIRMATIONS = 2n;
const TREASURY_GAS = 100_000n;
const TREASURY_CAP = 10n ** 18n;

/** Deploys EndpointV2 with both libraries, registers them and gives every path a default that nobody should be using. */
export async function deployLayerZero(chain: Chain, remoteEids: readonly number[]): Promise<LayerZero> {
  const owner = chain.address(ROLES.deployer);
  const endpoint = await deploy(chain, "EndpointV2", [chain.eid, owner]);
  const sendLibrary = await deploy(chain, "SendUln302", [endpoint, TREASURY_GAS, TREASURY_CAP]);
  const receiveLibrary = await deploy(chain, "ReceiveUln302", [endpoint]);
  const workers: Address[] = [];
  for (let i = 0; i < 4; i += 1) workers.push(getAddress((await chain.viem.deployContract("MessageWorker")).address));
  const [a, b, executor, treasury] = workers as [Address, Address, Address, Address];

  await write(chain, "SendUln302", sendLibrary, "setTreasury", [treasury]);
  const executors = remoteEids.map((eid) => ({ eid, config: { maxMessageSize: 10_000, executor } }));
  await write(chain, "SendUln302", sendLibrary, "setDefaultExecutorConfigs", [executors]);
  // One verifier alone: a path that fell back to this default would be half as safe, and a test would see it.
  const weak = (verifier: Address) =>
    remoteEids.map((eid) => ({
      eid,
      config: {
        confirmations: 1n,
        requiredDVNCount: 1,
        optionalDVNCount: 0,
        optionalDVNThreshold: 0,
        requiredDVNs: [verifier],
        optionalDVNs: [],
      },
    }));
  await write(chain, "SendUln302", sendLibrary, "setDefaultUlnConfigs", [weak(a)]);
  await write(chain, "ReceiveUln302", receiveLibrary, "setDefaultUlnConfigs", [weak(owner)]);
  for (const library of [sendLibrary, receiveLibrary]) {
    await write(chain, "EndpointV2", endpoint, "registerLibrary", [library]);
  }
  for (const eid of remoteEids) {
    await write(chain, "EndpointV2", endpoint, "setDefaultSendLibrary", [eid, sendLibrary]);
    await write(chain, "EndpointV2", endpoint, "setDefaultReceiveLibrary", [eid, receiveLibrary, 0n]);
  }
  return {
    endpoint,
    sendLibrary,
    receiveLibrary,
    sendVerifiers: ascending(a, b),
    executor,
    receiveVerifiers: ascending(chain.address(ROLES.verifierA), chain.address(ROLES.verifierB)),
  };
}

/** The promised setting of one path. */
export function pathWiring(layerZero: LayerZero, eid: number) {
  return {
    eid,
    sendLibrary: layerZero.sendLibrary,
    receiveLibrary: layerZero.receiveLibrary,
    sendConfirmations: CONFIRMATIONS,
    sendVerifiers: layerZero.sendVerifiers as readonly Address[],
    receiveConfirmations: CONFIRMATIONS,
    receiveVerifiers: layerZero.receiveVerifiers as readonly Address[],
    executor: layerZero.executor,
    maxMessageSize: 10_000,
  };
}

export type PathWiring = ReturnType<typeof pathWiring>;
export interface Wiring {
  paths: readonly PathWiring[];
}

/** Calls one of LayerZero's contracts as its owner, or as another account. */
export async function write(
  chain: Chain,
  contract: Parameters<typeof layerZeroArtifact>[0],
  address: Address,
  functionName: string,
  args: readonly unknown[],
  options: { from?: number; value?: bigint; gas?: bigint } = {},
): Promise<Hex> {
  const wallet = chain.account(options.from ?? ROLES.deployer);
  const { abi } = layerZeroArtifact(contract);
  const { value, gas } = options;
  const hash = await wallet.writeContract({
    address,
    abi: abi as Abi,
    functionName,
    args,
    ...(value === undefined ? {} : { value }),
    ...(gas === undefined ? {} : { gas }),
  });
  await chain.client.waitForTransactionReceipt({ hash });
  return hash;
}

async function deploy(
  chain: Chain,
  name: Parameters<typeof layerZeroArtifact>[0],
  args: readonly unknown[],
): Promise<Address> {
  const { abi, bytecode } = layerZeroArtifact(name);
  const wallet = chain.account(ROLES.deployer);
  const nonce = BigInt(await chain.client.getTransactionCount({ address: wallet.account.address }));
  const hash = await wallet.deployContract({ abi: abi as Abi, bytecode, args });
  await chain.client.waitForTransactionReceipt({ hash });
  return getContractAddress({ from: wallet.account.address, nonce });
}

function ascending(a: Address, b: Address): [Address, Address] {
  return BigInt(a) < BigInt(b) ? [a, b] : [b, a];
}
