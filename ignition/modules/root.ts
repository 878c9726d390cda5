import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The powerless root. With the create2 strategy and the same parameters it has the same address on every chain. */
export default buildModule("KeystoneRoot", (m) => {
  const root = m.contract("KeystoneRoot", [
    m.getParameter("coordinatorChainId"),
    m.getParameter("rows"),
    m.getParameter("initCodeHashes"),
  ]);
  return { root };
});
