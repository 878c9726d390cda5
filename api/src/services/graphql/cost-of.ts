import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** What a list gives that does not say how much it is to give. */
const DEFAULT_LIMIT = 50;
/** The most that a list can be asked for: what its limit counts for when it cannot be told. */
const MAX_LIMIT = 1000;
/** What a page says once, however many items it has. */
const ONCE = new Set(["pageInfo", "totalCount"]);

type Variables = Record<string, unknown> | null | undefined;

/**
 * How much a document can ask for: one for each field, and what is in a list as often as its `limit` says. Aliases and fragments count as
 * often as they stand there. Of several operations the dearest counts, since one is run.
 */
export function costOf(document: DocumentNode, variables: Variables): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const costs = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? costOfOperation(definition, fragments, variables) : 0,
  );
  return Math.max(0, ...costs);
}

function costOfOperation(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Variables,
): number {
  const defaults = new Map(
    operation.variableDefinitions?.map((definition) => [definition.variable.name.value, definition.defaultValue]),
  );
  const known = new Map<string, number>();

  const ofSet = (set: SelectionSetNode | undefined, times: number): number =>
    (set?.selections ?? []).reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + ofField(selection, times);
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + ofSet(selection.selectionSet, times);
      return sum + ofFragment(selection.name.value, times);
    }, 0);

  /** What a fragment costs in a list of so many; one that is in itself is refused by its depth, and ends here. */
  const ofFragment = (name: string, times: number): number => {
    const key = `${times} ${name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, 0);
    const cost = ofSet(fragments.get(name)?.selectionSet, times);
    known.set(key, cost);
    return cost;
  };

  const ofField = (field: FieldNode, times: number): number => {
    if (ONCE.has(field.name.value)) return 1 + ofSet(field.selectionSet, 1);
    return times * (1 + ofSet(field.selectionSet, isList(field, fragments) ? limitOf(field) : 1));
  };

  const limitOf = (field: FieldNode): number => {
    const value = field.arguments?.find(({ name }) => name.value === "limit")?.value;
    if (value === undefined || value.kind === Kind.NULL) return DEFAULT_LIMIT;
    if (value.kind === Kind.INT) return countOf(Number(value.value));
    if (value.kind !== Kind.VARIABLE) return MAX_LIMIT;
    const name = value.name.value;
    const given = variables?.[name];
    if (given !== undefined) return countOf(given);
    const standard = defaults.get(name);
    if (standard === undefined) return DEFAULT_LIMIT;
    return standard.kind === Kind.INT ? countOf(Number(standard.value)) : MAX_LIMIT;
  };

  return ofSet(operation.selectionSet, 1);
}

/** A limit that is none, which the indexer refuses, takes nothing off the rest. */
function countOf(limit: unknown): number {
  return Number.isSafeInteger(limit) && Number(limit) >= 0 ? Number(limit) : MAX_LIMIT;
}

/** A field that takes a limit, or gives a page. */
function isList(field: FieldNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): boolean {
  if (field.arguments?.some(({ name }) => name.value === "limit") === true) return true;
  const seen = new Set<string>();
  const hasItems = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === "items";
      if (selection.kind === Kind.INLINE_FRAGMENT) return hasItems(selection.selectionSet);
      const name = selection.name.value;
      if (seen.has(name)) return false;
      seen.add(name);
      return hasItems(fragments.get(name)?.selectionSet);
    }) === true;
  return hasItems(field.selectionSet);
}
