import { type Address, concat, encodeAbiParameters, getContractAddress, type Hex, keccak256, zeroHash } from "viem";
import { CHILDREN, initCodeHashes, rootBytecode } from "./children.ts";
import { type DeploymentPlan, rowsOf } from "./plan.ts";

/** The factory of Ignition's create2 strategy; at this address on every public chain. */
export const CREATE_X: Address = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";

export interface PredictedContracts {
  root: Address;
  coordinator: Address;
  escrow: Address;
  registry: Address;
  messenger: Address;
}

/** The addresses that a plan leads to, the same on all its chains. They depend on the plan and on the compiled contracts alone. */
export function predictContracts(plan: DeploymentPlan): PredictedContracts {
  const root = predictByCreateX(plan, concat([rootBytecode(), rootArguments(plan)]));
  const hashes = initCodeHashes();
  const child = (name: (typeof CHILDREN)[number]) => {
    const bytecodeHash = hashes[CHILDREN.indexOf(name)] as Hex;
    return getContractAddress({ opcode: "CREATE2", from: root, salt: zeroHash, bytecodeHash });
  };
  return {
    root,
    coordinator: child("SettlementCoordinator"),
    escrow: child("KeystoneEscrow"),
    registry: child("ComplianceRegistry"),
    messenger: child("LayerZeroMessenger"),
  };
}

/** Where CreateX puts init code for the plan's salt, which belongs to nobody and so is hashed once. */
function predictByCreateX(plan: DeploymentPlan, bytecode: Hex): Address {
  return getContractAddress({ opcode: "CREATE2", from: CREATE_X, salt: keccak256(plan.salt as Hex), bytecode });
}

function rootArguments(plan: DeploymentPlan): Hex {
  const rows = rowsOf(plan).map((row) => ({ ...row, chainId: BigInt(row.chainId) }));
  const hashes = initCodeHashes() as [Hex, Hex, Hex, Hex, Hex];
  return encodeAbiParameters(
    [
      { type: "uint64" },
      {
        type: "tuple[]",
        components: [
          { name: "chainId", type: "uint64" },
          { name: "eid", type: "uint32" },
          { name: "endpoint", type: "address" },
          { name: "wiringHash", type: "bytes32" },
        ],
      },
      { type: "bytes32[5]" },
    ],
    [BigInt(plan.coordinatorChainId), rows, hashes],
  );
}
