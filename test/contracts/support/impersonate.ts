import { type Abi, type Address, encodeAbiParameters, parseEther } from "viem";
import { layerZeroArtifact } from "./artifacts.ts";
import type { Chain } from "./chain.ts";
import type { World } from "./world.ts";

/** Sends a call in a contract's name, as only a flaw in that contract could. */
export async function callAs(
  chain: Chain,
  caller: Address,
  call: { address: Address; abi: Abi; functionName: string; args: readonly unknown[]; value?: bigint },
) {
  await chain.helpers.impersonateAccount(caller);
  await chain.helpers.setBalance(caller, parseEther("1"));
  const { value = 0n, ...rest } = call;
  const hash = await chain.account(0).writeContract({ ...rest, value, account: caller });
  await chain.helpers.stopImpersonatingAccount(caller);
  return hash;
}

/** A verifier configuration in the libraries' own words. */
export interface UlnConfig {
  confirmations: bigint;
  requiredDVNCount: number;
  optionalDVNCount: number;
  optionalDVNThreshold: number;
  requiredDVNs: readonly Address[];
  optionalDVNs: readonly Address[];
}

const ULN_CONFIG = {
  type: "tuple",
  components: [
    { type: "uint64", name: "confirmations" },
    { type: "uint8", name: "requiredDVNCount" },
    { type: "uint8", name: "optionalDVNCount" },
    { type: "uint8", name: "optionalDVNThreshold" },
    { type: "address[]", name: "requiredDVNs" },
    { type: "address[]", name: "optionalDVNs" },
  ],
} as const;
const EXECUTOR_CONFIG = [{ type: "uint32" }, { type: "address" }] as const;

/** Changes what the endpoint and libraries hold for the messenger off the coordinator's chain, behind its back. */
export class Tamperer {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Calls the endpoint as the messenger, which has no function to do so after `wire`. */
  async endpoint(functionName: string, args: readonly unknown[]): Promise<void> {
    const { away, addresses, side } = this.#world;
    const { abi } = layerZeroArtifact("EndpointV2");
    await callAs(away, addresses.messenger, { address: side.away.layerZero.endpoint, abi, functionName, args });
  }

  async uln(library: "SendUln302" | "ReceiveUln302", config: UlnConfig): Promise<void> {
    await this.#setConfig(library, 2, encodeAbiParameters([ULN_CONFIG], [config]));
  }

  async executor(maxMessageSize: number, executor: Address): Promise<void> {
    await this.#setConfig("SendUln302", 1, encodeAbiParameters(EXECUTOR_CONFIG, [maxMessageSize, executor]));
  }

  async #setConfig(library: "SendUln302" | "ReceiveUln302", configType: number, config: `0x${string}`): Promise<void> {
    const { away, home, addresses, side } = this.#world;
    const { endpoint, sendLibrary, receiveLibrary } = side.away.layerZero;
    const { abi } = layerZeroArtifact(library);
    await callAs(away, endpoint, {
      address: library === "SendUln302" ? sendLibrary : receiveLibrary,
      abi,
      functionName: "setConfig",
      args: [addresses.messenger, [{ eid: home.eid, configType, config }]],
    });
  }
}
