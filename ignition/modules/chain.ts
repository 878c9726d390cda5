import { toAbiRuleset } from "@keystoneos/protocol";
import { CHILDREN, type ChildName, childAddress, childrenOn } from "@keystoneos/protocol/deployment";
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { NamedArtifactContractDeploymentFuture } from "@nomicfoundation/ignition-core";
import type { Address } from "viem";
import { initCode } from "../artifacts.ts";
import { RULESETS } from "../rulesets.ts";

/** A step of the module, by what it creates or does. */
export type Step = "KeystoneRoot" | ChildName | `ruleset ${string}` | "wire" | "seal" | "SettlementRouter";

export interface ChainModuleOptions {
  chainId: number;
  coordinatorChainId: number;
  /** Where the root is, or will be. */
  root: Address;
  /** Steps that the chain says are done, by whomever: they are left out. */
  done: ReadonlySet<Step>;
}

/**
 * Everything on one chain: root and children, the messenger wired and sealed, on the coordinator's chain rulesets and router. Its parameters
 * are the root's constructor arguments and the wiring. All addresses are known beforehand, so that no step has to be remembered for
 * the sake of the next.
 */
export function chainModule({ chainId, coordinatorChainId, root: rootAddress, done }: ChainModuleOptions) {
  return buildModule("Keystone", (m) => {
    type Future =
      | ReturnType<typeof m.call>
      | NamedArtifactContractDeploymentFuture<"KeystoneRoot" | "SettlementRouter">;
    const unlessDone = (step: Step, take: () => Future): Future[] => (done.has(step) ? [] : [take()]);

    // Powerless; with the create2 strategy and the same parameters it has the same address on every chain.
    const rootArguments = ["coordinatorChainId", "rows", "initCodeHashes"].map((name) => m.getParameter(name));
    const rootCreated = unlessDone("KeystoneRoot", () => m.contract("KeystoneRoot", rootArguments));
    const root = m.contractAt("KeystoneRoot", rootAddress, { id: "Root", after: rootCreated });

    const children = new Map(
      childrenOn(chainId, coordinatorChainId).map((name) => {
        const create = () => m.call(root, "deploy", [CHILDREN.indexOf(name), initCode(name)], { id: `create${name}` });
        return [name, unlessDone(name, create)] as const;
      }),
    );
    const childAt = (name: ChildName) =>
      m.contractAt(name, childAddress(rootAddress, name), { after: children.get(name) ?? [] });

    if (children.has("SettlementCoordinator")) {
      const coordinator = childAt("SettlementCoordinator");
      for (const [name, ruleset] of Object.entries(RULESETS)) {
        const { states, edges } = toAbiRuleset(ruleset);
        const abi = { states: states.map((state) => ({ ...state })), edges: edges.map((edge) => ({ ...edge })) };
        const register = () => m.call(coordinator, "registerRuleset", [abi], { id: `register${name}` });
        unlessDone(`ruleset ${name}`, register);
      }
    }
    const messenger = childAt("LayerZeroMessenger");
    const wiring = m.getParameter("wiring");
    const wired = unlessDone("wire", () => m.call(messenger, "wire", [wiring]));
    // What is sealed must be there, or a delivered message would be recorded nowhere.
    const before = [...children.values(), wired].flat();
    const sealed = unlessDone("seal", () => m.call(messenger, "seal", [wiring], { after: before }));
    if (chainId === coordinatorChainId) {
      // Last, because it has no power and nothing waits for it.
      unlessDone("SettlementRouter", () => m.contract("SettlementRouter", [rootAddress], { after: sealed }));
    }
    return { root };
  });
}
