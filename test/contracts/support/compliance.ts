import type { Hex } from "viem";
import { hashTypedData } from "viem";
import { type Chain, ROLES } from "./chain.ts";
import { STATUS, type Terms, type Trade } from "./terms.ts";
import type { World } from "./world.ts";

/** An attester's statement about a whole party list. */
export interface Statement {
  settlementId: Hex;
  parties: readonly Hex[];
  statuses: readonly number[];
  referenceHashes: readonly Hex[];
  validUntil: number;
  sequence: bigint;
}

const ATTESTATION_TYPES = {
  Attestation: [
    { name: "settlementId", type: "bytes32" },
    { name: "parties", type: "bytes32[]" },
    { name: "statuses", type: "uint8[]" },
    { name: "referenceHashes", type: "bytes32[]" },
    { name: "validUntil", type: "uint40" },
    { name: "sequence", type: "uint64" },
  ],
} as const;

/** A statement over a trade: Pass for everybody, valid as long as needed, unless told otherwise. */
export function statementOf(trade: { id: Hex; terms: Terms }, changes: Partial<Statement> = {}): Statement {
  const { parties, settleDeadline } = trade.terms;
  return {
    settlementId: trade.id,
    parties,
    statuses: parties.map(() => STATUS.PASS),
    referenceHashes: parties.map((party) => party),
    validUntil: settleDeadline,
    sequence: 1n,
    ...changes,
  };
}

/** What an attester signs. */
export function attestationTypedData(chain: Chain, registry: Hex, statement: Statement) {
  return {
    domain: { name: "KeyStone Compliance", version: "1", chainId: chain.chainId, verifyingContract: registry },
    types: ATTESTATION_TYPES,
    primaryType: "Attestation",
    message: statement,
  } as const;
}

export function attestationDigest(chain: Chain, registry: Hex, statement: Statement): Hex {
  return hashTypedData(attestationTypedData(chain, registry, statement));
}

export async function signStatement(world: World, statement: Statement, role: number = ROLES.attester): Promise<Hex> {
  const typedData = attestationTypedData(world.home, world.registry.address, statement);
  return world.home.account(role).signTypedData(typedData);
}

/** The arguments of `attest`. */
export function statementArgs(statement: Statement) {
  const { settlementId, parties, statuses, referenceHashes, validUntil, sequence } = statement;
  return [settlementId, parties, statuses, referenceHashes, validUntil, sequence] as const;
}

/** The attester signs, the relayer sends: the way every trade is cleared. */
export async function attest(
  world: World,
  trade: Trade,
  changes: Partial<Statement> = {},
  role: number = ROLES.attester,
) {
  const statement = statementOf(trade, changes);
  const signature = await signStatement(world, statement, role);
  const attester = world.home.address(role);
  return world.registry.write.attestBySig([attester, ...statementArgs(statement), signature]);
}
