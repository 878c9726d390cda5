/** A role that members of organizations may have. */
export interface DirectoryRole {
  id: string;
  name: string;
  description: string | null;
}

export interface DirectoryMember {
  userId: string;
  email: string | null;
  name: string | null;
  picture: string | null;
  roleIds: string[];
}

export interface DirectoryInvitation {
  id: string;
  inviteeEmail: string;
  inviterName: string;
  roleIds: string[];
  /** Whoever has it may accept: a secret. */
  invitationUrl: string;
  createdAt: Date;
  expiresAt: Date;
}

interface NewOrganization {
  /** 1 to 50 of [a-z0-9_-], unique in the directory. */
  name: string;
  displayName: string;
  /** Stored with the organization: by it a repeated attempt knows its own. */
  platformId: string;
}

interface NewInvitation {
  inviterName: string;
  inviteeEmail: string;
  roleIds: readonly string[];
  sendEmail: boolean;
}

/**
 * Where people, their organizations and their roles are kept: the token issuer's side that is written to. Every function throws
 * ApiError 503 when the directory cannot be reached, refuses this API's own credentials, or answers what it has not promised.
 */
export interface Directory {
  /** The organization's id; the same one when this platform's exists already. Null when another one has the name. */
  createOrganization(organization: NewOrganization): Promise<string | null>;
  /** All roles of the directory. */
  roles(): Promise<DirectoryRole[]>;
  /** All members of an organization, with their roles in it. */
  members(organizationId: string): Promise<DirectoryMember[]>;
  /** Takes roles first and gives then, so that an attempt that breaks off leaves too few rights and not too many. */
  changeRoles(
    organizationId: string,
    userId: string,
    change: { take: readonly string[]; give: readonly string[] },
  ): Promise<void>;
  removeMember(organizationId: string, userId: string): Promise<void>;
  /** The invitations that can still be accepted, newest first. */
  invitations(organizationId: string): Promise<DirectoryInvitation[]>;
  /** Invites for seven days, however often the same person was invited before. */
  invite(organizationId: string, invitation: NewInvitation): Promise<DirectoryInvitation>;
  /** False when there is no such invitation. Its URL works no longer. */
  withdraw(organizationId: string, invitationId: string): Promise<boolean>;
  /** The machine client of this id, with the organization that it was made for where that is stated; null when there is none. */
  client(clientId: string): Promise<{ organizationId: string | null } | null>;
  /** Runs few at once of what keeps a database connection while it waits for the directory; throws ApiError 503 when too many wait. */
  limited<T>(work: () => Promise<T>): Promise<T>;
}
