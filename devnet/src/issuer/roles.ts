/** A role that members of organizations may have, with what their tokens then permit. */
export interface Role {
  id: string;
  name: string;
  description: string;
  permissions: readonly string[];
}

const READ = ["settlements:read", "instructions:read", "templates:read", "platform:read"];

/** The roles of a platform's members, as an operator configures them at an issuer. */
export const ROLES: readonly Role[] = [
  {
    id: "rol_platform_manager",
    name: "platform_manager",
    description: "Manages the platform, its environments and its members, and may trade",
    permissions: [
      ...READ,
      "settlements:write",
      "instructions:write",
      "compliance:decide",
      "instruments:write",
      "platform:write",
      "platform:environments:manage",
      "platform:members:manage",
      "platform:webhooks:manage",
    ],
  },
  {
    id: "rol_compliance_officer",
    name: "compliance_officer",
    description: "Decides flagged compliance checks",
    permissions: [...READ, "compliance:decide"],
  },
  {
    id: "rol_operator",
    name: "operator",
    description: "Submits instructions and creates settlements",
    permissions: [...READ, "settlements:write", "instructions:write"],
  },
  {
    id: "rol_developer",
    name: "developer",
    description: "Keeps instruments and webhooks",
    permissions: [...READ, "instruments:write", "platform:webhooks:manage"],
  },
  { id: "rol_viewer", name: "viewer", description: "Reads", permissions: READ },
];
