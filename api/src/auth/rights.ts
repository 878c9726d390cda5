/** The rights of this slice of the API, as they stand in a token's `scope`. */
export type Right =
  | "settlements:read"
  | "settlements:write"
  | "instructions:read"
  | "instructions:write"
  | "templates:read"
  | "platform:webhooks:manage";

/** Rights that a machine token has by having another one. */
const IMPLIED: Partial<Record<string, Right>> = {
  "settlements:read": "instructions:read",
  "settlements:write": "instructions:write",
};

/** The rights in a `scope` claim: space-separated, with what they imply. Unknown ones are kept and mean nothing here. */
export function rightsOf(scope: unknown): ReadonlySet<string> {
  const rights = new Set(typeof scope === "string" ? scope.split(" ").filter((right) => right !== "") : []);
  for (const right of [...rights]) {
    const implied = IMPLIED[right];
    if (implied !== undefined) rights.add(implied);
  }
  return rights;
}
