import { createRequire } from "node:module";
import { artifacts } from "hardhat";
import type { Abi, Hex } from "viem";
// The names that viem helpers take, typed: these files exist once the contracts are built.
import type {} from "../../../artifacts/contracts/ComplianceRegistry.sol/artifacts.d.ts";
import type {} from "../../../artifacts/contracts/interfaces/IKeystoneEscrow.sol/artifacts.d.ts";
import type {} from "../../../artifacts/contracts/KeystoneEscrowExtension.sol/artifacts.d.ts";
import type {} from "../../../artifacts/contracts/KeystoneRoot.sol/artifacts.d.ts";
import type {} from "../../../artifacts/contracts/LayerZeroMessenger.sol/artifacts.d.ts";
import type {} from "../../../artifacts/contracts/periphery/SettlementRouter.sol/artifacts.d.ts";
import type {} from "../../../artifacts/contracts/SettlementCoordinator.sol/artifacts.d.ts";
import type {} from "../../../artifacts/devnet/contracts/MessageWorker.sol/artifacts.d.ts";
import type {} from "../../../artifacts/devnet/contracts/TestToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/AuthorizationToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/BlocklistToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/BusyCaller.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/ContractWallet.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/EndpointWithToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/ExactExecutor.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/FeeOnTransferToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/GasBurningToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/GatedToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/HostileMulti.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/HostileNft.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/HostileSigner.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/HugeReturnToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/LyingToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/MarkedToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/MintableMulti.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/MintableNft.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/MintableToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/MultiRecipient.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/NoReturnToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/PartitionedToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/ReentrantToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/ReturnsFalseToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/ScriptedToken.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/SiblingDoubles.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/SilentEscrow.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/TokenHarness.sol/artifacts.d.ts";
import type {} from "../../../artifacts/test/doubles/WanderingToken.sol/artifacts.d.ts";

const require = createRequire(import.meta.url);

export interface Compiled {
  abi: Abi;
  bytecode: Hex;
}

/** One of LayerZero's compiled contracts, as its package ships it. */
export function layerZeroArtifact(name: "EndpointV2" | "SendUln302" | "ReceiveUln302"): Compiled {
  const file = {
    EndpointV2: "@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json",
    SendUln302: "@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts/uln/uln302/SendUln302.sol/SendUln302.json",
    ReceiveUln302:
      "@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json",
  }[name];
  const { abi, bytecode } = require(file) as Compiled;
  return { abi, bytecode };
}

/** Init code of one of our own contracts. */
export async function initCode(name: string): Promise<Hex> {
  return (await artifacts.readArtifact(name)).bytecode as Hex;
}

/** The error definitions of everything that may revert in these tests. */
export async function knownErrors(): Promise<Abi> {
  const own = [...(await artifacts.getAllFullyQualifiedNames())];
  const abis = await Promise.all(own.map(async (name) => (await artifacts.readArtifact(name)).abi as Abi));
  const foreign = (["EndpointV2", "SendUln302", "ReceiveUln302"] as const).map((name) => layerZeroArtifact(name).abi);
  const errors = [...abis, ...foreign].flat().filter((item) => item.type === "error");
  return [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()];
}
