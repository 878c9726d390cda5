import { randomUUID } from "node:crypto";
import { ALL_RIGHTS, mayHold, type Right } from "../../src/auth/rights.ts";
import { createUserToken, type Tenant } from "./tenants.ts";
import type { World } from "./world.ts";

/** A token of a platform manager of the tenant, or of a user with just these rights. */
export function managerToken(
  world: Pick<World, "issuer">,
  { orgId }: Pick<Tenant, "orgId">,
  options: { userId?: string; permissions?: readonly Right[] } = {},
): Promise<string> {
  const permissions = options.permissions ?? ALL_RIGHTS.filter((right) => mayHold("user", right));
  return createUserToken(world, { orgId, permissions, ...(options.userId && { userId: options.userId }) });
}

/** A token of an operator of KeyStone. */
export function operatorToken(world: Pick<World, "issuer">, userId = "operator|1"): Promise<string> {
  return createUserToken(world, { permissions: ["keystone:admin"], userId });
}

/** Somebody who was invited to the tenant's organization and has accepted. */
export async function addMember(
  { deps, local }: Pick<World, "deps" | "local">,
  { orgId }: Pick<Tenant, "orgId">,
  roles: readonly string[] = [],
): Promise<{ userId: string; email: string }> {
  const all = await deps.directory.roles();
  const invitation = await deps.directory.invite(orgId, {
    inviterName: "Test",
    inviteeEmail: `${randomUUID()}@example.com`,
    roleIds: all.filter(({ name }) => roles.includes(name)).map(({ id }) => id),
    sendEmail: false,
  });
  const { user_id, email } = await local.accept(invitation.invitationUrl);
  return { userId: user_id, email };
}

/** The id of a role by its name. */
export async function roleId({ deps }: Pick<World, "deps">, name: string): Promise<string> {
  const found = (await deps.directory.roles()).find((role) => role.name === name);
  if (found === undefined) throw new Error(`no role ${name}`);
  return found.id;
}
