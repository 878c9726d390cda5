import {
  buildSchema,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  MaxIntrospectionDepthRule,
  parse,
  type SelectionSetNode,
  validate,
  visit,
} from "graphql";
import { ValidationError } from "../../errors/validation.ts";
import { costOf } from "./cost-of.ts";

const MAX_QUERY_BYTES = 16 * 1024;
const MAX_DEPTH = 8;
const MAX_TOKENS = 2_000;
const MAX_COST = 1_000;

/** The rule reads the document alone. */
const ANY_SCHEMA = buildSchema("type Query { any: Int }");
const INTROSPECTION = new Set(["__schema", "__type"]);

interface Questions {
  variables?: Record<string, unknown> | null | undefined;
  /** Whether the schema itself may be asked for. */
  introspection: boolean;
}

/** Lets through what reads: a document that parses, queries only, of bounded size, depth and cost. Throws ValidationError. */
export function checkQuery(query: string, { variables, introspection }: Questions): void {
  if (Buffer.byteLength(query) > MAX_QUERY_BYTES) {
    throw refused(`Query should be at most ${MAX_QUERY_BYTES} bytes`, "query_too_large");
  }
  const document = parseQuery(query);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) continue;
    if (definition.kind !== Kind.OPERATION_DEFINITION) throw refused("Only queries are answered", "query_forbidden");
    if (definition.operation !== "query") {
      throw refused(`A ${definition.operation} is not answered here; send a query`, "query_forbidden");
    }
  }
  const data = introspection ? withoutIntrospection(document) : document;
  if (!introspection && withoutIntrospection(document) !== document) {
    throw refused("The schema is not told here; the indexer's sources have it", "introspection_forbidden");
  }
  if (depthOf(data) > MAX_DEPTH) throw refused(`Query should be at most ${MAX_DEPTH} levels deep`, "query_too_deep");
  if (costOf(data, variables) > MAX_COST) {
    throw refused(
      `Query should ask for at most ${MAX_COST} fields, those in a list as often as its limit says (50 without one)`,
      "query_too_complex",
    );
  }
}

/** The document without what it asks of the schema, which is bounded by a rule of its own; the same one where it asks nothing. */
function withoutIntrospection(document: DocumentNode): DocumentNode {
  if (validate(ANY_SCHEMA, document, [MaxIntrospectionDepthRule]).length > 0) {
    throw refused("Query should not ask for types within types within types", "query_too_deep");
  }
  return visit(document, {
    Field: { enter: (field) => (INTROSPECTION.has(field.name.value) ? null : undefined) },
  });
}

function parseQuery(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: MAX_TOKENS, noLocation: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it does not parse";
    throw refused(`Query should be valid GraphQL: ${reason}`, "query_parsing");
  }
}

/** Levels of fields, fragments followed. Stops at one level too many, so that fragments in a circle end too. */
function depthOf(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const seen = new Map<string, number>();
  const walk = (set: SelectionSetNode | undefined, level: number): number => {
    if (set === undefined || level > MAX_DEPTH) return level;
    return Math.max(...set.selections.map((selection) => step(selection, level)));
  };
  const step = (selection: SelectionSetNode["selections"][number], level: number): number => {
    if (selection.kind === Kind.FIELD) return walk(selection.selectionSet, level + 1) || level + 1;
    if (selection.kind === Kind.INLINE_FRAGMENT) return walk(selection.selectionSet, level);
    const name = selection.name.value;
    // A fragment that was walked from as deep or deeper adds nothing new; this also bounds the work.
    if ((seen.get(name) ?? -1) >= level) return level;
    seen.set(name, level);
    return walk(fragments.get(name)?.selectionSet, level);
  };
  const levels = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? walk(definition.selectionSet, 0) : 0,
  );
  return Math.max(0, ...levels);
}

function refused(msg: string, type: string): ValidationError {
  return new ValidationError([{ loc: ["body", "query"], msg, type }]);
}
