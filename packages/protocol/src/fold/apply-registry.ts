import type { Address, Hex } from "viem";
import { ComplianceStatus } from "../attestation.ts";
import type { RegistryEvent } from "./events.ts";
import type { ChainWorld, FoldedStatement } from "./world.ts";

/** Takes in one event of the registry. Changes `chain` in place. */
export function applyRegistryEvent(chain: ChainWorld, event: RegistryEvent): void {
  switch (event.eventName) {
    case "Attested":
    case "Overridden": {
      // The event carries the stored word, so sticky statuses are already in it.
      const statement = statementAt(chain, event.args);
      statement.statuses = [...event.args.statuses];
      statement.validUntil = event.args.validUntil;
      statement.sequence = event.args.sequence;
      break;
    }
    case "Revoked": {
      const statement = statementAt(chain, event.args);
      for (let position = 0; event.args.positions >>> position !== 0; position++) {
        if (((event.args.positions >>> position) & 1) === 1) revoke(statement.statuses, position);
        if (position === 31) break;
      }
      statement.sequence = event.args.sequence;
      break;
    }
    // Declared by OpenZeppelin's EIP712, emitted by nobody: the registry's domain is fixed.
    case "EIP712DomainChanged":
      break;
    default:
      event satisfies never;
  }
}

function revoke(statuses: number[], position: number): void {
  while (statuses.length <= position) statuses.push(ComplianceStatus.None);
  statuses[position] = ComplianceStatus.Revoked;
}

/** The key of a statement's slot. */
export function statementKey(settlementId: Hex, attester: Address, partiesHash: Hex): string {
  return `${settlementId}:${attester.toLowerCase()}:${partiesHash}`;
}

function statementAt(
  chain: ChainWorld,
  { settlementId, attester, partiesHash }: { settlementId: Hex; attester: Address; partiesHash: Hex },
): FoldedStatement {
  const key = statementKey(settlementId, attester, partiesHash);
  const present = chain.statements.get(key);
  if (present !== undefined) return present;
  const statement: FoldedStatement = { settlementId, attester, partiesHash, statuses: [], validUntil: 0, sequence: 0n };
  chain.statements.set(key, statement);
  return statement;
}
