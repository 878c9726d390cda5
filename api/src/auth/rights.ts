/** Who may call: a machine client, a member of a platform, a browser session, an operator of KeyStone. */
export const CALLER_KINDS = ["m2m", "user", "session", "admin"] as const;
export type CallerKind = (typeof CALLER_KINDS)[number];

/** The roles a member may have, which the issuer turns into permissions. */
export const ROLES = ["platform_manager", "compliance_officer", "operator", "developer", "viewer"] as const;
type Role = (typeof ROLES)[number];

interface Grant {
  /** A machine token may have it in its `scope`. */
  m2m: boolean;
  /** A session may have it. */
  session: boolean;
  /** Members of these roles have it in their `permissions`. */
  roles: readonly Role[];
  allows: string;
}

/** Every right there is, and who may have it: the source of the check, of the OpenAPI document and of the tests. */
export const RIGHTS = {
  "settlements:read": {
    m2m: true,
    session: true,
    roles: ROLES,
    allows: "settlements, their events, streams, events, dashboard, instruments",
  },
  "settlements:write": {
    m2m: true,
    session: true,
    roles: ["platform_manager", "operator"],
    allows: "create settlements, deposit info; for machines also instructions and compliance decisions",
  },
  "instructions:read": {
    m2m: true,
    session: true,
    roles: ROLES,
    allows: "instructions; implied for machines by settlements:read",
  },
  "instructions:write": {
    m2m: true,
    session: true,
    roles: ["platform_manager", "operator"],
    allows: "submit and cancel instructions; implied for machines by settlements:write",
  },
  "templates:read": { m2m: true, session: true, roles: ROLES, allows: "templates, instruments" },
  "compliance:decide": {
    m2m: false,
    session: false,
    roles: ["platform_manager", "compliance_officer"],
    allows: "compliance decisions by users; sensitive fields of checks",
  },
  "instruments:write": {
    m2m: true,
    session: false,
    roles: ["platform_manager", "developer"],
    allows: "add and remove instrument aliases",
  },
  "platform:read": {
    m2m: true,
    session: false,
    roles: ROLES,
    allows: "platform, environments, members, roles, activity",
  },
  "platform:write": {
    m2m: false,
    session: false,
    roles: ["platform_manager"],
    allows: "platform settings, complete onboarding",
  },
  "platform:environments:manage": {
    m2m: true,
    session: false,
    roles: ["platform_manager"],
    allows: "environments; the IP allowlist for users only",
  },
  "platform:members:manage": {
    m2m: false,
    session: false,
    roles: ["platform_manager"],
    allows: "members, invitations",
  },
  "platform:webhooks:manage": {
    m2m: true,
    session: false,
    roles: ["platform_manager", "developer"],
    allows: "webhook endpoints, deliveries",
  },
  "keystone:admin": { m2m: false, session: false, roles: [], allows: "everything under /v1/admin" },
} as const satisfies Record<string, Grant>;

export type Right = keyof typeof RIGHTS;

export const ALL_RIGHTS = Object.keys(RIGHTS) as [Right, ...Right[]];

/** Rights that a machine token has by having another one. */
const IMPLIED_FOR_MACHINES: Partial<Record<Right, Right>> = {
  "settlements:read": "instructions:read",
  "settlements:write": "instructions:write",
};

/** Whether a caller of this kind may have the right at all. */
export function mayHold(kind: CallerKind, right: Right): boolean {
  const grant: Grant = RIGHTS[right];
  if (kind === "admin") return right === "keystone:admin";
  return kind === "user" ? grant.roles.length > 0 : grant[kind];
}

/** What `granted` gives a caller of this kind. What is no right, or none of this kind's, gives nothing. */
export function rightsOf(kind: CallerKind, granted: readonly unknown[]): ReadonlySet<Right> {
  const rights = new Set(ALL_RIGHTS.filter((right) => granted.includes(right) && mayHold(kind, right)));
  if (kind !== "m2m") return rights;
  for (const right of [...rights]) {
    const implied = IMPLIED_FOR_MACHINES[right];
    if (implied !== undefined) rights.add(implied);
  }
  return rights;
}
