import fc from "fast-check";
import { operations } from "../../support/operations.ts";
import { documented, madeFrom, odd, oddText } from "./values.ts";

/** Who calls: somebody who may, another kind of caller, or nobody who is known. */
type Who = "allowed" | "other" | "none" | "garbage" | "expired";

/** Which object a path names: one of the caller's, of strangers, of nobody, or no id at all. */
export type Which = { how: "own" | "foreign" | "nobody"; n: number } | { how: "odd"; text: string };

/** What is sent: what is taken, what the schema takes, either with something changed, or no JSON. */
type BodyPlan =
  | { how: "good"; n: number }
  | { how: "generated"; value: unknown }
  | { how: "changed"; n: number; changes: [number, unknown][]; drop: boolean }
  | { how: "raw"; text: string; type: string };

/** A request in words that mean the same in every run: ids are made anew in each. */
export interface Plan {
  /** In the document's order. */
  operation: number;
  tenant: number;
  who: Who;
  /** Which of the kinds of callers. */
  kind: number;
  ids: Which[];
  query: [string, string][];
  body: BodyPlan;
  /** Sent twice under one key. */
  twice: boolean;
}

const MOST_IDS = 2;

const which: fc.Arbitrary<Which> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ how: fc.constant("own" as const), n: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant("foreign" as const), n: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant("nobody" as const), n: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant("odd" as const), text: oddText }) },
);

const who: fc.Arbitrary<Who> = fc.oneof(
  { weight: 92, arbitrary: fc.constant("allowed" as const) },
  { weight: 5, arbitrary: fc.constant("other" as const) },
  { weight: 3, arbitrary: fc.constantFrom("none" as const, "garbage" as const, "expired" as const) },
);

function bodyOf(id: string): fc.Arbitrary<BodyPlan> {
  const schema = documented.get(id)?.requestBody?.content["application/json"].schema;
  const n = fc.nat(1000);
  const good = fc.record({ how: fc.constant("good" as const), n });
  if (schema === undefined) return good;
  const changes = fc.array(fc.tuple(fc.nat(40), odd), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 8, arbitrary: good },
    { weight: 5, arbitrary: madeFrom(schema).map((value) => ({ how: "generated" as const, value })) },
    { weight: 7, arbitrary: fc.record({ how: fc.constant("changed" as const), n, changes, drop: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        how: fc.constant("raw" as const),
        text: fc.oneof(
          fc.string({ maxLength: 200, unit: "binary" }),
          fc.constant(`"${"a".repeat(300_000)}"`),
          fc.json(),
        ),
        type: fc.constantFrom("application/json", "application/json; charset=utf-8", "text/plain", "application/xml"),
      }),
    },
  );
}

function queryOf(id: string): fc.Arbitrary<[string, string][]> {
  const parameters = (documented.get(id)?.parameters ?? []).filter((each) => each.in === "query");
  const pairs = parameters.map(({ name = "", schema = {} }) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof({ weight: 3, arbitrary: madeFrom(schema).map(String) }, { weight: 1, arbitrary: oddText }),
    ),
  );
  const unknown = fc.tuple(fc.constant("x"), oddText);
  const some = fc.array(fc.oneof(...(pairs.length === 0 ? [unknown] : [...pairs, unknown])), { maxLength: 3 });
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: parameters.length === 0 ? 0 : 2, arbitrary: some },
  );
}

/** Any request of the document. */
export const plans: fc.Arbitrary<Plan> = fc.oneof(
  ...operations.map(({ id }, operation) =>
    fc.record({
      operation: fc.constant(operation),
      tenant: fc.nat(3),
      who,
      kind: fc.nat(11),
      ids: fc.array(which, { minLength: MOST_IDS, maxLength: MOST_IDS }),
      query: queryOf(id),
      body: bodyOf(id),
      twice: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    }),
  ),
);

/** One request of every operation that is taken, by every kind of its callers, and once more under its key. */
export const walk: Plan[] = operations.flatMap(({ callers }, operation) =>
  Array.from({ length: Math.max(1, callers.size) }, (_, kind) => ({
    operation,
    tenant: 0,
    who: "allowed" as const,
    kind,
    ids: Array.from({ length: MOST_IDS }, () => ({ how: "own" as const, n: kind })),
    query: [],
    body: { how: "good" as const, n: kind },
    twice: true,
  })),
);
