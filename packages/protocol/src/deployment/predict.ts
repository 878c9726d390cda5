import type { Address, Hex } from "viem";
import { concat, encodeAbiParameters, getContractAddress, keccak256 } from "viem/utils";
import { ZERO_BYTES32 } from "../terms/bounds.ts";
import { CHILDREN, type ChildName } from "./children.ts";
import type { DeploymentContracts } from "./deployment.ts";
import { INIT_CODE_HASHES, ROOT_INIT_CODE, ROUTER_INIT_CODE } from "./generated/init-code.ts";
import { type DeploymentPlan, rowsOf } from "./plan.ts";

/** The factory that puts root and router where the salt says; at this address on every public chain. */
export const CREATE_X: Address = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";

/** The addresses that a plan leads to, the same on all its chains. They depend on the plan and on the compiled contracts alone. */
export function predictContracts(plan: DeploymentPlan): DeploymentContracts {
  const root = createXAddress(plan.salt, rootInitCode(plan));
  return {
    root,
    coordinator: childAddress(root, "SettlementCoordinator"),
    escrow: childAddress(root, "KeystoneEscrow"),
    registry: childAddress(root, "ComplianceRegistry"),
    messenger: childAddress(root, "LayerZeroMessenger"),
    router: createXAddress(plan.salt, routerInitCode(root)),
  };
}

/** Where the root puts a child: CREATE2 with salt zero. */
export function childAddress(root: Address, name: ChildName): Address {
  return getContractAddress({
    opcode: "CREATE2",
    from: root,
    salt: ZERO_BYTES32,
    bytecodeHash: INIT_CODE_HASHES[name],
  });
}

/** The root's init code with the constructor arguments of this plan. */
export function rootInitCode(plan: DeploymentPlan): Hex {
  const hashes = CHILDREN.map((name) => INIT_CODE_HASHES[name]);
  return concat([
    ROOT_INIT_CODE,
    encodeAbiParameters(rootParameters, [BigInt(plan.coordinatorChainId), rowsOf(plan), hashes as never]),
  ]);
}

/** The router's init code for the deployment of this root. */
export function routerInitCode(root: Address): Hex {
  return concat([ROUTER_INIT_CODE, encodeAbiParameters([{ type: "address" }], [root])]);
}

/** Where CreateX puts init code for a salt that belongs to nobody, which it hashes once. */
export function createXAddress(salt: Hex, bytecode: Hex): Address {
  return getContractAddress({ opcode: "CREATE2", from: CREATE_X, salt: keccak256(salt), bytecode });
}

const rootParameters = [
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
  { type: `bytes32[${CHILDREN.length}]` },
] as const;
