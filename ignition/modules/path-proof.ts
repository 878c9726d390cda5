import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/**
 * Proves the path to another chain: times out terms that nobody will ever settle and dispatches their rollback. Its escrow takes
 * deposits once that one verdict has arrived. Run it when both messengers are sealed; once for each other chain.
 */
export default buildModule("KeystonePathProof", (m) => {
  const coordinator = m.contractAt("SettlementCoordinator", m.getParameter("coordinator"));
  const terms = m.getParameter("terms");
  const chainId = m.getParameter("chainId");
  const decided = m.call(coordinator, "timeout", [terms]);
  const fee = m.staticCall(coordinator, "quoteDispatch", [terms, chainId, false], 0, { after: [decided] });
  m.call(coordinator, "dispatch", [terms, chainId], { value: fee });
  return { coordinator };
});
