import { jsonBody } from "../../middleware/json-body.ts";
import { GraphqlRequest, GraphqlResponse } from "../../schemas/graphql.ts";
import { forwardQuery } from "../../services/graphql/forward-query.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

/** Room for the largest query, its variables and the JSON around them. */
const MAX_BODY_BYTES = 20 * 1024;

export const queryGraphql = operation(
  "anyone",
  createRoute({
    method: "post",
    path: "/graphql",
    operationId: "queryGraphql",
    tags: ["Chain data"],
    summary: "Query the indexed chain data",
    description:
      "Chain data only, for anyone. One query of at most 16 kB, 8 levels and 1000 fields, those in a list counted as often as its `limit` says (50 without one); " +
      "no mutations, no subscriptions, no batches. The schema itself (`__schema`, `__type`) is told outside production.",
    middleware: jsonBody({ maxBytes: MAX_BODY_BYTES }),
    request: { body: { required: true, content: { "application/json": { schema: GraphqlRequest } } } },
    responses: {
      200: answer(GraphqlResponse, "The indexer's answer: data, errors or both"),
      ...problems.open(
        "rate_limited",
        "malformed_json",
        "payload_too_large",
        "unsupported_media_type",
        "validation_error",
      ),
    },
  }),
  async (c) => c.json(await forwardQuery(c.var.deps, c.req.valid("json")), 200),
);
