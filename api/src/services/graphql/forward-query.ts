import type { Dependencies } from "../../context.ts";
import { unavailable } from "../../errors/api-error.ts";
import { checkQuery } from "./check-query.ts";

const TIMEOUT_MS = 5_000;

export interface GraphqlQuery {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** Asks the indexer's GraphQL. Nothing of the caller's request goes along but the query. Throws ValidationError, ApiError 503. */
export async function forwardQuery(deps: Dependencies, query: GraphqlQuery): Promise<Record<string, unknown>> {
  const { operationName, variables } = query;
  checkQuery(query.query, { variables, introspection: deps.settings.graphqlIntrospection });
  try {
    const response = await fetch(deps.settings.graphqlUrl, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({
        query: query.query,
        operationName: operationName ?? undefined,
        variables: variables ?? {},
      }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    if (isGraphqlAnswer(answer)) return answer;
    throw new Error(`answered ${response.status} without data or errors`);
  } catch (error) {
    throw unavailable("The indexer's GraphQL", error);
  }
}

function isGraphqlAnswer(answer: unknown): answer is Record<string, unknown> {
  if (typeof answer !== "object" || answer === null) return false;
  return "data" in answer || ("errors" in answer && Array.isArray(answer.errors));
}
