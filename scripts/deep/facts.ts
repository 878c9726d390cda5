/** What a run can reach, in the order of `test/invariants/world/Fact.sol`. */
const FACTS = [
  "executed on one chain",
  "executed on two chains",
  "executed on the other chain alone",
  "closing trade of a repo executed",
  "rolled back",
  "rolled back after a lock",
  "finalized",
  "locked on the other chain",
  "released on the other chain",
  "refunded after a lock",
  "refunded because it expired",
  "waived",
  "redirected",
  "left claimable",
  "fee owed",
  "called back in the middle of a transfer",
  "message overtaken by a later one",
] as const;

/** In how many of the runs each fact came true; one mask a line, as the runs wrote them. */
export function countFacts(lines: string): Record<string, number> {
  const masks = lines.split("\n").filter(Boolean).map(BigInt);
  return Object.fromEntries(
    FACTS.map((fact, bit) => [fact, masks.filter((mask) => (mask >> BigInt(bit)) & 1n).length]),
  );
}
