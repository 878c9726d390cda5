import type { JWTPayload } from "jose";
import { type Right, rightsOf } from "./rights.ts";

/** What a verified token says of its bearer; whether there is such a tenant says the database. */
export type Identity =
  | { kind: "m2m"; clientId: string | null; rights: ReadonlySet<Right> }
  | { kind: "user"; userId: string; orgId: string | null; rights: ReadonlySet<Right>; admin: boolean };

/**
 * Tells a user's token from a machine's. A token of the client credentials grant is a machine's whatever else it says, so that no
 * client gains a user's rights by an organization. Everything else is a user's that names an organization or has keystone:admin.
 */
export function identityOf(claims: JWTPayload): Identity {
  const clientId = textOf(claims.azp === undefined ? claims.client_id : claims.azp);
  const userId = textOf(claims.sub);
  const orgId = textOf(claims.org_id);
  const permissions = Array.isArray(claims.permissions) ? claims.permissions : [];
  const admin = rightsOf("admin", permissions).size > 0;
  if (!isMachine(claims, clientId) && userId !== null && (orgId !== null || admin)) {
    return { kind: "user", userId, orgId, rights: rightsOf("user", permissions), admin };
  }
  const scopes = typeof claims.scope === "string" ? claims.scope.split(" ") : [];
  return { kind: "m2m", clientId, rights: rightsOf("m2m", scopes) };
}

/** By `gty`, else by `sub`: Auth0 makes it `<client>@clients`, RFC 9068 the client itself. */
function isMachine(claims: JWTPayload, clientId: string | null): boolean {
  if (claims.gty === "client-credentials") return true;
  return clientId !== null && (claims.sub === clientId || claims.sub === `${clientId}@clients`);
}

function textOf(claim: unknown): string | null {
  return typeof claim === "string" && claim !== "" ? claim : null;
}
