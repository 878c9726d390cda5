import { ApiError, type Location } from "../../errors/api-error.ts";
import { ValidationError } from "../../errors/validation.ts";
import type { SettlementCreate, SettlementLegInput } from "../../schemas/settlement-create.ts";

/** A leg as sent, with both of its ends. */
export interface NamedLeg {
  leg: SettlementLegInput;
  partyRole: string;
  counterpartyRole: string;
}

/** Finds who is at the ends of each leg; between two parties the other one goes without saying. Throws ApiError 422, ValidationError. */
export function nameEnds({ parties, legs }: SettlementCreate): NamedLeg[] {
  const roles = parties.map(({ role }) => role);
  return legs.map((leg, index) => {
    const loc = ["body", "legs", index];
    const { party_role: partyRole } = leg;
    assertKnown(roles, partyRole, [...loc, "party_role"]);
    const at = [...loc, "counterparty_role"];
    const others = roles.filter((role) => role !== partyRole);
    const counterpartyRole = leg.counterparty_role ?? (others.length === 1 ? others[0] : undefined);
    if (counterpartyRole === undefined) {
      const detail = "With more than two parties say who is at the other end of each leg";
      throw new ApiError("counterparty_role_required", detail, { loc: at });
    }
    assertKnown(roles, counterpartyRole, at);
    if (counterpartyRole === partyRole) {
      const msg = "Role should be another one than party_role";
      throw new ValidationError([{ loc: at, msg, type: "role_repeated" }]);
    }
    return { leg, partyRole, counterpartyRole };
  });
}

function assertKnown(roles: readonly string[], role: string, loc: Location): void {
  if (roles.includes(role)) return;
  throw new ApiError("role_unknown", `No party has the role ${role}; the parties are ${roles.join(", ")}`, { loc });
}
