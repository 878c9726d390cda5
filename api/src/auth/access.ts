import { CALLER_KINDS, type CallerKind, type Right } from "./rights.ts";

/** Who may call an operation. */
export interface Access {
  /** What a call is about: one environment, a whole platform, or KeyStone itself. */
  on: "environment" | "platform" | "admin";
  /** By kind of caller the rights of which it needs one; with an empty list it needs none. Kinds that are not there are refused. */
  callers: { readonly [Kind in CallerKind]?: readonly Right[] };
}

/** These kinds of callers, each with one of these rights. */
export function access(on: Access["on"], kinds: readonly CallerKind[], ...anyOf: Right[]): Access {
  return { on, callers: Object.fromEntries(kinds.map((kind) => [kind, anyOf])) };
}

/** The alternatives of an access as OpenAPI's `security`: one entry for each kind of caller and each right that suffices. */
export function securityOf(access: Access): Partial<Record<CallerKind, Right[]>>[] {
  return CALLER_KINDS.flatMap((kind) => {
    const anyOf = access.callers[kind];
    if (anyOf === undefined) return [];
    return anyOf.length === 0 ? [{ [kind]: [] }] : anyOf.map((right) => ({ [kind]: [right] }));
  });
}
