import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type RootOperationNode,
  type SchemableIdentifierNode,
} from "kysely";

class SchemaTransformer extends OperationNodeTransformer {
  readonly #schema: string;

  constructor(schema: string) {
    super();
    this.#schema = schema;
  }

  protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
    const transformed = super.transformSchemableIdentifier(node);
    if (transformed.schema?.name !== "indexer") return transformed;
    return { ...transformed, schema: { ...transformed.schema, name: this.#schema } };
  }
}

/** Lets code say `indexer.<view>` while the views live in the configured schema. */
export function indexerSchemaPlugin(schema: string): KyselyPlugin {
  const transformer = new SchemaTransformer(schema);
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId) as RootOperationNode,
    transformResult: async ({ result }) => result,
  };
}
