import type { InstructionLegJson, LegType } from "@keystoneos/store";
import type { Side } from "./side.ts";

/** A transfer that both sides stand behind, in on-chain order. */
export interface AgreedLeg {
  /** As the depositing side listed it. */
  leg: InstructionLegJson;
  legType: LegType;
  partyRole: string;
  counterpartyRole: string;
}

/**
 * The deliver legs of both sides, per role in the template's order, then as listed. Each is paired with the counterparty's listing of
 * the same transfer where there is one, to learn its type: a stated one counts before a default. Null when stated types contradict.
 */
export function pairLegs(sides: readonly [Side, Side], roles: readonly string[]): AgreedLeg[] | null {
  const agreed: AgreedLeg[] = [];
  for (const role of roles) {
    const side = sides.find((candidate) => candidate.role === role);
    const other = sides.find((candidate) => candidate !== side);
    if (side === undefined || other === undefined) return null;
    const types = matchTypes(delivered(side), received(other), other.open);
    if (types === null) return null;
    delivered(side).forEach((leg, index) => {
      const legType = types[index] ?? leg.leg_type ?? leg.default_leg_type;
      agreed.push({ leg, legType, partyRole: role, counterpartyRole: other.role });
    });
  }
  return agreed;
}

export function delivered(side: Side): InstructionLegJson[] {
  return side.legs.filter((leg) => leg.direction === "deliver");
}

export function received(side: Side): InstructionLegJson[] {
  return side.legs.filter((leg) => leg.direction === "receive");
}

/** What a transfer is, its type left out: two listings with the same text are the same transfer. */
function transferKey(leg: InstructionLegJson): string {
  return JSON.stringify([leg.token_address, leg.chain_id, leg.token_standard, leg.token_id, leg.partition, leg.amount]);
}

/** The stated type of each deliver leg or of its counterpart; null where the two cannot be reconciled. */
function matchTypes(
  deliver: InstructionLegJson[],
  receive: InstructionLegJson[],
  receiverIsOpen: boolean,
): (LegType | null)[] | null {
  const types = deliver.map((leg) => leg.leg_type);
  if (receiverIsOpen) return types;
  const left = [...receive];
  // Stated ones choose first, the same type before an unstated one, so that a pairing is found where there is one.
  const order = deliver.map((_, index) => index).sort((a, b) => rank(deliver[a]) - rank(deliver[b]));
  for (const index of order) {
    const leg = deliver[index] as InstructionLegJson;
    const same = left.filter((other) => transferKey(other) === transferKey(leg));
    const counterpart =
      same.find((other) => other.leg_type === leg.leg_type) ??
      same.find((other) => other.leg_type === null || leg.leg_type === null);
    if (counterpart === undefined) return null;
    left.splice(left.indexOf(counterpart), 1);
    types[index] = leg.leg_type ?? counterpart.leg_type;
  }
  return types;
}

function rank(leg: InstructionLegJson | undefined): number {
  return leg?.leg_type === null ? 1 : 0;
}
