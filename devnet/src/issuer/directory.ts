import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { ROLES } from "./roles.ts";

export interface Organization {
  id: string;
  name: string;
  display_name: string;
  metadata: Record<string, string>;
}

export interface User {
  user_id: string;
  email: string;
  name: string;
}

interface Membership {
  organization_id: string;
  user_id: string;
  /** Ids. */
  roles: string[];
}

export interface Invitation {
  id: string;
  organization_id: string;
  inviter: { name: string };
  invitee: { email: string };
  client_id: string;
  roles: string[];
  /** What its URL carries: whoever has it may accept. */
  ticket_id: string;
  created_at: string;
  expires_at: string;
}

interface Tables {
  organizations: Organization[];
  users: User[];
  memberships: Membership[];
  invitations: Invitation[];
}

/** Organizations, their members and invitations, in one file that only its owner may read. Every change is on disk when it returns. */
export class DirectoryFile {
  readonly #file: string;
  readonly #tables: Tables;

  constructor(file: string) {
    this.#file = file;
    this.#tables = existsSync(file)
      ? JSON.parse(readFileSync(file, "utf8"))
      : { organizations: [], users: [], memberships: [], invitations: [] };
  }

  /** Null when the name is taken. The id follows from the name, so that people can tell whose it is. */
  createOrganization(fields: Omit<Organization, "id">): Organization | null {
    if (this.organizationByName(fields.name) !== undefined) return null;
    const organization = { id: `org_local_${fields.name}`, ...fields };
    this.#tables.organizations.push(organization);
    this.#save();
    return organization;
  }

  organization(id: string): Organization | undefined {
    return this.#tables.organizations.find((each) => each.id === id);
  }

  organizationByName(name: string): Organization | undefined {
    return this.#tables.organizations.find((each) => each.name === name);
  }

  /** Members in a stable order, with the ids of their roles. */
  members(organizationId: string): (User & { roles: string[] })[] {
    return this.#tables.memberships
      .filter((each) => each.organization_id === organizationId)
      .map(({ user_id, roles }) => ({ ...(this.#user(user_id) as User), roles }));
  }

  member(organizationId: string, who: { email: string } | { user_id: string }) {
    return this.members(organizationId).find((member) =>
      "email" in who ? sameEmail(member.email, who.email) : member.user_id === who.user_id,
    );
  }

  /** False when the user is no member. */
  changeRoles(organizationId: string, userId: string, change: (roles: string[]) => string[]): boolean {
    const found = this.#tables.memberships.find(
      (each) => each.organization_id === organizationId && each.user_id === userId,
    );
    if (found === undefined) return false;
    found.roles = change(found.roles);
    this.#save();
    return true;
  }

  removeMembers(organizationId: string, userIds: readonly string[]): void {
    this.#tables.memberships = this.#tables.memberships.filter(
      (each) => each.organization_id !== organizationId || !userIds.includes(each.user_id),
    );
    this.#save();
  }

  /** Pending and expired ones, newest first. */
  invitations(organizationId: string): Invitation[] {
    return this.#tables.invitations.filter((each) => each.organization_id === organizationId).toReversed();
  }

  invite(fields: Omit<Invitation, "id" | "ticket_id" | "created_at" | "expires_at">, seconds: number): Invitation {
    const now = Date.now();
    const invitation = {
      id: `uinv_${randomBytes(12).toString("base64url").replaceAll(/[-_]/g, "0")}`,
      ...fields,
      ticket_id: randomBytes(24).toString("base64url"),
      created_at: new Date(now).toISOString(),
      expires_at: new Date(now + seconds * 1000).toISOString(),
    };
    this.#tables.invitations.push(invitation);
    this.#save();
    return invitation;
  }

  /** False when there is none. */
  withdraw(organizationId: string, id: string): boolean {
    const left = this.#tables.invitations.filter((each) => each.organization_id !== organizationId || each.id !== id);
    if (left.length === this.#tables.invitations.length) return false;
    this.#tables.invitations = left;
    this.#save();
    return true;
  }

  /** The invitation that a ticket still opens. */
  openInvitation(organizationId: string, ticket: string): Invitation | undefined {
    return this.#tables.invitations.find(
      (each) =>
        each.organization_id === organizationId &&
        each.ticket_id === ticket &&
        Date.parse(each.expires_at) > Date.now(),
    );
  }

  /** Makes the invited person a member with the roles of the invitation, once. */
  accept(invitation: Invitation, name?: string): User {
    const { organization_id, roles, invitee } = invitation;
    let user = this.#tables.users.find(({ email }) => sameEmail(email, invitee.email));
    if (user === undefined) {
      const email = invitee.email.toLowerCase();
      user = { user_id: `auth0|${randomBytes(12).toString("hex")}`, email, name: name ?? email };
      this.#tables.users.push(user);
    }
    const before = this.member(organization_id, { user_id: user.user_id });
    if (before === undefined) this.#tables.memberships.push({ organization_id, user_id: user.user_id, roles: [] });
    this.#tables.invitations = this.#tables.invitations.filter(({ id }) => id !== invitation.id);
    this.changeRoles(organization_id, user.user_id, (present) => [...new Set([...present, ...roles])]);
    return user;
  }

  /** What a member's token permits. */
  permissions(organizationId: string, userId: string): string[] {
    const roles = this.member(organizationId, { user_id: userId })?.roles ?? [];
    return [...new Set(ROLES.filter(({ id }) => roles.includes(id)).flatMap(({ permissions }) => permissions))];
  }

  #user(userId: string): User | undefined {
    return this.#tables.users.find(({ user_id }) => user_id === userId);
  }

  #save(): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#tables, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function sameEmail(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
