import { artifacts } from "hardhat";
import {
  type Address,
  encodeAbiParameters,
  encodeDeployData,
  getAbiItem,
  getCreate2Address,
  type Hex,
  keccak256,
} from "viem";
import { initCode } from "./artifacts.ts";
import { type Chain, ROLES } from "./chain.ts";
import { type LayerZero, pathWiring, type Wiring } from "./layerzero.ts";

/** Children in the order of the contract's enum. */
export const CHILD = { coordinator: 0, escrow: 1, registry: 2, messenger: 3, escrowExtension: 4 } as const;
export const NAMES = [
  "SettlementCoordinator",
  "KeystoneEscrow",
  "ComplianceRegistry",
  "LayerZeroMessenger",
  "KeystoneEscrowExtension",
] as const;

/** The proxy that most chains have at this address: calldata is a salt, then the init code to CREATE2. */
export const CREATE2_FACTORY: Address = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
export const CREATE2_FACTORY_CODE: Hex = `0x7f${"ff".repeat(31)}e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3`;
const SALT: Hex = `0x${"00".repeat(32)}`;

export interface Row {
  chainId: bigint;
  eid: number;
  endpoint: Address;
  wiringHash: Hex;
}

/** The addresses of one deployment: the same on every chain. */
export interface Addresses {
  root: Address;
  coordinator: Address;
  escrow: Address;
  registry: Address;
  messenger: Address;
  escrowExtension: Address;
}

/** A chain's wiring: on the coordinator's chain a path to every other one, elsewhere one to the coordinator's. */
export function wiringOf(layerZero: LayerZero, remoteEids: readonly number[]): Wiring {
  return { paths: remoteEids.map((eid) => pathWiring(layerZero, eid)) };
}

export async function wiringHash(wiring: Wiring): Promise<Hex> {
  const { abi } = await artifacts.readArtifact("LayerZeroMessenger");
  const wire = getAbiItem({ abi, name: "wire" }) as { inputs: readonly [{ type: string; name: string }] };
  return keccak256(encodeAbiParameters(wire.inputs, [wiring]));
}

/** Init code of the root for these rows; `names` can put other contracts in the places of the first children. */
export async function rootInitCode(coordinatorChainId: number, rows: readonly Row[], names: readonly string[] = []) {
  const { abi, bytecode } = await artifacts.readArtifact("KeystoneRoot");
  const hashes = await Promise.all(withNames(names).map(async (name) => keccak256(await initCode(name))));
  const args = [BigInt(coordinatorChainId), rows, hashes as unknown as [Hex, Hex, Hex, Hex, Hex]] as const;
  return encodeDeployData({ abi, bytecode: bytecode as Hex, args });
}

/** Deploys the root through the factory, at an address that depends on nothing but its init code. */
export async function deployRoot(chain: Chain, code: Hex): Promise<Address> {
  await chain.helpers.setCode(CREATE2_FACTORY, CREATE2_FACTORY_CODE);
  const wallet = chain.account(ROLES.deployer);
  const hash = await wallet.sendTransaction({ to: CREATE2_FACTORY, data: `${SALT}${code.slice(2)}` });
  await chain.client.waitForTransactionReceipt({ hash });
  return getCreate2Address({ from: CREATE2_FACTORY, salt: SALT, bytecode: code });
}

/** Creates every child that belongs on this chain, and tells where all of them are on any. */
export async function deployChildren(chain: Chain, root: Address, names: readonly string[] = []): Promise<Addresses> {
  const contract = await chain.viem.getContractAt("KeystoneRoot", root);
  const isHome = (await contract.read.coordinatorChainId()) === BigInt(chain.chainId);
  for (const child of Object.values(CHILD)) {
    if (!isHome && (child === CHILD.coordinator || child === CHILD.registry)) continue;
    await contract.write.deploy([child, await initCode(withNames(names)[child] ?? "")]);
  }
  const [coordinator, escrow, registry, messenger, escrowExtension] = await Promise.all(
    Object.values(CHILD).map((child) => contract.read.addressOf([child])),
  );
  return { root, coordinator, escrow, registry, messenger, escrowExtension } as Addresses;
}

function withNames(names: readonly string[]): readonly string[] {
  return [...names, ...NAMES.slice(names.length)];
}
