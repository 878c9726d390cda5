import { STANDARD_RULESET, toAbiRuleset } from "@keystoneos/protocol";
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { createChild, wireAndSeal } from "./parts.ts";
import rootModule from "./root.ts";

/** Everything on the coordinator's chain: root and all its children, the standard ruleset, the messenger wired and sealed. */
export default buildModule("KeystoneCoordinatorChain", (m) => {
  const { root } = m.useModule(rootModule);
  const coordinator = createChild(m, root, "SettlementCoordinator");
  const escrow = createChild(m, root, "KeystoneEscrow");
  const extension = createChild(m, root, "KeystoneEscrowExtension");
  const registry = createChild(m, root, "ComplianceRegistry");
  const messenger = createChild(m, root, "LayerZeroMessenger");
  const { states, edges } = toAbiRuleset(STANDARD_RULESET);
  m.call(coordinator.contract, "registerRuleset", [
    { states: states.map((state) => ({ ...state })), edges: edges.map((edge) => ({ ...edge })) },
  ]);
  wireAndSeal(m, messenger.contract, [escrow.created, coordinator.created]);
  return {
    root,
    coordinator: coordinator.contract,
    escrow: escrow.contract,
    extension: extension.contract,
    registry: registry.contract,
    messenger: messenger.contract,
  };
});
