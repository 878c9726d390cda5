/** The contracts that the root creates, in the order of Solidity's `Child`. None has constructor arguments. */
export const CHILDREN = [
  "SettlementCoordinator",
  "KeystoneEscrow",
  "ComplianceRegistry",
  "LayerZeroMessenger",
  "KeystoneEscrowExtension",
] as const;

export type ChildName = (typeof CHILDREN)[number];

/** The children that live on a chain: coordinator and registry on the coordinator's only, the others on every one with a row. */
export function childrenOn(chainId: number, coordinatorChainId: number): ChildName[] {
  if (chainId === coordinatorChainId) return [...CHILDREN];
  return CHILDREN.filter((name) => name !== "SettlementCoordinator" && name !== "ComplianceRegistry");
}
