import { type Context, Hono } from "hono";
import { jwtVerify } from "jose";
import { z } from "zod";
import type { ClientFile } from "./clients.ts";
import type { IssuerConfig } from "./config.ts";
import type { DirectoryFile, Invitation, Organization } from "./directory.ts";
import { readBody, whatIsWrong } from "./http.ts";
import type { SigningKey } from "./keys.ts";
import { ROLES } from "./roles.ts";

/** What the API's own client may do here. */
export const MANAGEMENT_SCOPES = [
  "create:organizations",
  "read:organizations",
  "read:organization_members",
  "delete:organization_members",
  "read:organization_member_roles",
  "create:organization_member_roles",
  "delete:organization_member_roles",
  "read:organization_invitations",
  "create:organization_invitations",
  "delete:organization_invitations",
  "read:roles",
  "read:clients",
];

const WEEK = 604_800;

const organizationSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/),
  display_name: z.string().min(1).max(255).optional(),
  metadata: z.record(z.string().max(255), z.string().max(255)).optional(),
  enabled_connections: z.array(z.looseObject({ connection_id: z.string() })).optional(),
});
const membersSchema = z.strictObject({ members: z.array(z.string().min(1)).min(1).max(10) });
const rolesSchema = z.strictObject({ roles: z.array(z.string().min(1)).min(1).max(50) });
const invitationSchema = z.strictObject({
  inviter: z.strictObject({ name: z.string().min(1).max(300) }),
  invitee: z.strictObject({ email: z.email() }),
  client_id: z.string().min(1),
  roles: z.array(z.string().min(1)).min(1).optional(),
  send_invitation_email: z.boolean().optional(),
  ttl_sec: z.int().min(0).max(2_592_000).optional(),
});

/** A refusal in the Management API's form. */
class Refusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409;
  readonly errorCode: string | undefined;

  constructor(status: Refusal["status"], message: string, errorCode?: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}

/**
 * The part of Auth0's Management API v2 that the API's directory adapter uses: the same paths, bodies, answers and refusals, for
 * bearers of a token of this issuer for `{issuer}api/v2/`.
 */
export function managementRoutes(
  config: IssuerConfig,
  { clients, directory, key }: { clients: ClientFile; directory: DirectoryFile; key: SigningKey },
): Hono {
  const app = new Hono();

  app.post("/organizations", async (c) => {
    await check(c, "create:organizations");
    const { name, display_name, metadata } = await parsed(c, organizationSchema);
    const made = directory.createOrganization({ name, display_name: display_name ?? name, metadata: metadata ?? {} });
    if (made === null)
      throw new Refusal(409, "An organization with the same name already exists.", "organization_conflict");
    return c.json(made, 201);
  });
  app.get("/organizations/name/:name", async (c) => {
    await check(c, "read:organizations");
    return c.json(known(directory.organizationByName(c.req.param("name"))));
  });

  app.get("/organizations/:id/members", async (c) => {
    await check(c, "read:organization_members");
    const fields = c.req.query("fields")?.split(",") ?? ["user_id", "email", "name"];
    if (fields.includes("roles")) await check(c, "read:organization_member_roles");
    const all = directory.members(known(directory.organization(c.req.param("id"))).id);
    const take = Math.min(Number(c.req.query("take") ?? 50), 100);
    const start = c.req.query("from") === undefined ? 0 : Number(c.req.query("from"));
    const members = all.slice(start, start + take).map((member) => {
      const roles = ROLES.filter(({ id }) => member.roles.includes(id)).map(({ id, name }) => ({ id, name }));
      return Object.fromEntries(Object.entries({ ...member, roles }).filter(([field]) => fields.includes(field)));
    });
    const next = start + take < all.length ? { next: String(start + take) } : {};
    return c.json({ members, ...next });
  });
  app.delete("/organizations/:id/members", async (c) => {
    await check(c, "delete:organization_members");
    const { id } = known(directory.organization(c.req.param("id")));
    directory.removeMembers(id, (await parsed(c, membersSchema)).members);
    return c.body(null, 204);
  });
  const changeRoles =
    (scope: string, change: (present: string[], given: string[]) => string[]) => async (c: Context) => {
      await check(c, scope);
      const { id } = known(directory.organization(c.req.param("id") as string));
      const { roles } = await parsed(c, rolesSchema);
      checkRoles(roles);
      const userId = c.req.param("user_id") as string;
      if (!directory.changeRoles(id, userId, (present) => change(present, roles)))
        throw new Refusal(404, "The user is not a member of the organization.", "inexistent_member");
      return c.body(null, 204);
    };
  app.post(
    "/organizations/:id/members/:user_id/roles",
    changeRoles("create:organization_member_roles", (present, given) => [...new Set([...present, ...given])]),
  );
  app.delete(
    "/organizations/:id/members/:user_id/roles",
    changeRoles("delete:organization_member_roles", (present, given) => present.filter((id) => !given.includes(id))),
  );

  app.get("/organizations/:id/invitations", async (c) => {
    await check(c, "read:organization_invitations");
    const organization = known(directory.organization(c.req.param("id")));
    const limit = Math.min(Number(c.req.query("per_page") ?? 50), 100);
    const start = Number(c.req.query("page") ?? 0) * limit;
    const all = directory.invitations(organization.id).map((invitation) => shown(invitation, organization));
    const invitations = all.slice(start, start + limit);
    return c.json(c.req.query("include_totals") === "true" ? { start, limit, invitations } : invitations);
  });
  app.post("/organizations/:id/invitations", async (c) => {
    await check(c, "create:organization_invitations");
    const organization = known(directory.organization(c.req.param("id")));
    const { inviter, invitee, client_id, roles = [], ttl_sec } = await parsed(c, invitationSchema);
    if (client_id !== config.loginClientId)
      throw new Refusal(400, "The specified client_id does not exist.", "invalid_body");
    checkRoles(roles);
    // Like Auth0 it invites a person as often as it is asked to.
    const fields = { organization_id: organization.id, inviter, invitee, client_id, roles };
    return c.json(shown(directory.invite(fields, ttl_sec || WEEK), organization), 201);
  });
  app.delete("/organizations/:id/invitations/:invitation_id", async (c) => {
    await check(c, "delete:organization_invitations");
    const { id } = known(directory.organization(c.req.param("id")));
    if (!directory.withdraw(id, c.req.param("invitation_id")))
      throw new Refusal(404, "The invitation does not exist.", "inexistent_invitation");
    return c.body(null, 204);
  });

  app.get("/roles", async (c) => {
    await check(c, "read:roles");
    const limit = Math.min(Number(c.req.query("per_page") ?? 50), 100);
    const start = Number(c.req.query("page") ?? 0) * limit;
    const roles = ROLES.slice(start, start + limit).map(({ id, name, description }) => ({ id, name, description }));
    return c.json(c.req.query("include_totals") === "true" ? { start, limit, total: ROLES.length, roles } : roles);
  });
  app.get("/clients/:id", async (c) => {
    await check(c, "read:clients");
    const client = clients.find(c.req.param("id"));
    if (client === undefined) throw new Refusal(404, "The client does not exist", "inexistent_client");
    return c.json({ client_id: client.client_id, name: client.name, client_metadata: client.client_metadata });
  });

  app.onError((error, c) => {
    if (!(error instanceof Refusal)) throw error;
    const { status, message, errorCode } = error;
    return c.json({ statusCode: status, error: NAMES[status], message, errorCode }, status);
  });
  return app;

  async function check(c: Context, scope: string): Promise<void> {
    const token = /^Bearer (.+)$/.exec(c.req.header("Authorization") ?? "")?.[1] ?? "";
    const options = { issuer: config.issuer, audience: `${config.issuer}api/v2/`, algorithms: ["RS256"] };
    const verified = await jwtVerify(token, key.publicKey, options).catch(() => null);
    if (verified === null) throw new Refusal(401, "Invalid token");
    const scopes = String(verified.payload.scope ?? "").split(" ");
    if (!scopes.includes(scope))
      throw new Refusal(403, `Insufficient scope, expected any of: ${scope}`, "insufficient_scope");
  }

  /** An invitation leads to the login page of the application that people are invited to. */
  function shown(invitation: Invitation, organization: Organization) {
    const url = new URL(config.loginUrl);
    url.searchParams.set("invitation", invitation.ticket_id);
    url.searchParams.set("organization", organization.id);
    url.searchParams.set("organization_name", organization.name);
    return { ...invitation, invitation_url: url.href };
  }
}

const NAMES = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict" };

function known(organization: Organization | undefined): Organization {
  if (organization === undefined)
    throw new Refusal(404, "No organization found by that id or name", "inexistent_organization");
  return organization;
}

function checkRoles(ids: readonly string[]): void {
  const unknown = ids.filter((id) => !ROLES.some((role) => role.id === id));
  if (unknown.length === 0) return;
  throw new Refusal(400, `One or more of the specified roles do not exist: ${unknown.join(", ")}`, "invalid_body");
}

async function parsed<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  const result = schema.safeParse(await readBody(c));
  if (result.success) return result.data;
  throw new Refusal(400, `Payload validation error: ${whatIsWrong(result.error)}`, "invalid_body");
}
