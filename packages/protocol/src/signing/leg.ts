import { ProtocolError } from "../errors.ts";
import type { Leg, Terms } from "../terms/types.ts";

/** What is signed for one leg of a settlement. */
export interface LegSigningInput {
  terms: Terms;
  /** Position in `terms.legs`. */
  legIndex: number;
}

/** @throws ProtocolError `signing_input` when the terms have no such leg. */
export function legToSign({ terms, legIndex }: LegSigningInput): Leg {
  const leg = terms.legs[legIndex];
  if (leg === undefined) throw new ProtocolError("signing_input", "no leg at this position", { field: "legIndex" });
  return leg;
}

/** The EIP-712 domain of what is signed for the escrow of a leg: its own chain's, whichever chain the coordinator is on. */
export function escrowDomain({ chainId, escrow }: Pick<Leg, "chainId" | "escrow">) {
  return { name: "KeyStone Escrow", version: "1", chainId, verifyingContract: escrow } as const;
}
