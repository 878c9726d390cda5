import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { createChild, wireAndSeal } from "./parts.ts";
import rootModule from "./root.ts";

/** Everything on a chain that is not the coordinator's: root, escrow with its extension and messenger, wired and sealed. */
export default buildModule("KeystoneEscrowChain", (m) => {
  const { root } = m.useModule(rootModule);
  const escrow = createChild(m, root, "KeystoneEscrow");
  const extension = createChild(m, root, "KeystoneEscrowExtension");
  const messenger = createChild(m, root, "LayerZeroMessenger");
  wireAndSeal(m, messenger.contract, [escrow.created]);
  return { root, escrow: escrow.contract, extension: extension.contract, messenger: messenger.contract };
});
