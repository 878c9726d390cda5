import { toAbiRuleset } from "@keystoneos/protocol";
import { type ChildName, childrenOn } from "@keystoneos/protocol/deployment";
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { RULESETS } from "../rulesets.ts";
import { createChild, place, type There, wireAndSeal } from "./parts.ts";

/**
 * Everything on one chain: root and children, the messenger wired and sealed, and on the coordinator's chain the rulesets. Its
 * parameters are the root's constructor arguments and the wiring.
 */
export function chainModule(chainId: number, coordinatorChainId: number, there: There, isWired: boolean) {
  return buildModule("Keystone", (m) => {
    const names = ["coordinatorChainId", "rows", "initCodeHashes"];
    // The powerless root: with the create2 strategy and the same parameters it has the same address on every chain.
    const root = place(
      m,
      there,
      "KeystoneRoot",
      names.map((name) => m.getParameter(name)),
      "KeystoneRoot",
    );
    const children = new Map(childrenOn(chainId, coordinatorChainId).map((name) => [name, createChild(m, root, name)]));
    const messenger = children.get("LayerZeroMessenger" satisfies ChildName);
    if (messenger === undefined) throw new Error("there is no chain without a messenger");
    const coordinator = children.get("SettlementCoordinator" satisfies ChildName);
    if (coordinator !== undefined) {
      for (const [name, ruleset] of Object.entries(RULESETS)) {
        const { states, edges } = toAbiRuleset(ruleset);
        const abi = { states: states.map((state) => ({ ...state })), edges: edges.map((edge) => ({ ...edge })) };
        m.call(coordinator.contract, "registerRuleset", [abi], { id: `register${name}` });
      }
    }
    const before = [...children.values()].filter((child) => child !== messenger).map(({ created }) => created);
    wireAndSeal(m, messenger.contract, before, isWired);
    return { root };
  });
}
