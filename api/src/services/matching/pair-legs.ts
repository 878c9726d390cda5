import type { InstructionLegJson, LegType } from "@keystoneos/store";
import type { Side } from "./side.ts";

/** A leg as one party listed it: what it delivers to the other, or receives from it. */
export interface ListedLeg {
  leg: InstructionLegJson;
  partyRole: string;
  counterpartyRole: string;
}

/** A transfer that both ends stand behind. */
export interface AgreedLeg {
  /** As the depositing party listed it. */
  leg: InstructionLegJson;
  legType: LegType;
  partyRole: string;
  counterpartyRole: string;
}

export interface Pairing {
  /** The deliver legs, per role in the given order, then as listed. */
  legs: AgreedLeg[];
  /** Receive legs that mirror no deliver leg, or only one of another stated type. */
  unpaired: ListedLeg[];
}

/** Everything that two sides list. */
export function listedBy(sides: readonly [Side, Side]): ListedLeg[] {
  return sides.flatMap((side) => {
    const other = sides[0] === side ? sides[1] : sides[0];
    return side.legs.map((leg) => ({ leg, partyRole: side.role, counterpartyRole: other.role }));
  });
}

/** Pairs each receive leg with a deliver leg of the same transfer, to learn its type: a stated one counts before a default. */
export function pairLegs(listed: readonly ListedLeg[], roles: readonly string[]): Pairing {
  const delivered = listed.filter(({ leg }) => leg.direction === "deliver");
  const types = new Map<ListedLeg, LegType | null>(delivered.map((each) => [each, each.leg.leg_type]));
  const left = [...delivered];
  const unpaired: ListedLeg[] = [];
  // Stated ones choose first, the same type before an unstated one, so that a pairing is found where there is one.
  const received = listed.filter(({ leg }) => leg.direction === "receive");
  for (const receive of received.toSorted((a, b) => rank(a) - rank(b))) {
    const same = left.filter((deliver) => transferKey(deliver) === transferKey(receive));
    const type = receive.leg.leg_type;
    const mirror =
      same.find(({ leg }) => leg.leg_type === type) ?? same.find(({ leg }) => type === null || leg.leg_type === null);
    if (mirror === undefined) {
      unpaired.push(receive);
      continue;
    }
    left.splice(left.indexOf(mirror), 1);
    types.set(mirror, mirror.leg.leg_type ?? type);
  }
  const legs = roles.flatMap((role) =>
    delivered
      .filter(({ partyRole }) => partyRole === role)
      .map((each) => ({ ...each, legType: types.get(each) ?? each.leg.default_leg_type })),
  );
  return { legs, unpaired };
}

/** What a transfer is, its type left out: two listings with the same text are the same transfer. */
function transferKey({ leg, partyRole, counterpartyRole }: ListedLeg): string {
  const [from, to] = leg.direction === "deliver" ? [partyRole, counterpartyRole] : [counterpartyRole, partyRole];
  const { token_address, chain_id, token_standard, token_id, partition, amount } = leg;
  return JSON.stringify([from, to, token_address, chain_id, token_standard, token_id, partition, amount]);
}

function rank({ leg }: ListedLeg): number {
  return leg.leg_type === null ? 1 : 0;
}
