import {
  answerOf,
  bodyOf,
  type Endpoint,
  endpointsOf,
  itemOf,
  nameOf,
  type OpenApi,
  queryName,
  queryOf,
  typeName,
} from "./document.ts";

/** One constant for each operation: where it is, and what TypeScript knows of it. See src/core/operation.ts. */
export function operationsModule(document: OpenApi): string {
  const types = new Set<string>();
  const consts = endpointsOf(document).map((endpoint) => constant(document, endpoint, types));
  return [
    'import type { Operation } from "../core/operation.ts";',
    `import type { ${[...types].sort().join(", ")} } from "./types.ts";`,
    "",
    "/** What the calls and their types were made from. */",
    `export const API_VERSION = ${JSON.stringify(document.info.version)};`,
    ...consts,
    "",
  ].join("\n");
}

function constant(document: OpenApi, endpoint: Endpoint, types: Set<string>): string {
  const { operationId, summary = "" } = endpoint.operation;
  const use = (name: string) => types.add(name) && name;
  const isRaw = nameOf(bodyOf(endpoint)) === "GraphqlRequest";
  const [body, answer] = [bodyOf(endpoint), itemOf(document, answerOf(endpoint)) ?? answerOf(endpoint)].map(nameOf);
  const input = isRaw ? "unknown" : body === undefined ? "undefined" : use(typeName(body));
  const query = queryOf(endpoint).length === 0 ? "undefined" : use(queryName(operationId));
  const output = isRaw ? "unknown" : answer === undefined ? "void" : use(typeName(answer));
  const place = `${endpoint.method} ${endpoint.path.replace(/\{[^}]*\}/g, "{}")}`;
  const text = JSON.stringify(`${flagsOf(document, endpoint)}${isRaw ? "r" : ""} ${place}`.trim());
  const type = `Operation<${input}, ${query}, ${output}>`;
  return `/** ${summary}. */\nexport const ${operationId}: ${type} = ${text} as ${type};`;
}

/** See src/core/operation.ts. */
function flagsOf(document: OpenApi, endpoint: Endpoint): string {
  const { operation } = endpoint;
  const body = document.components.schemas[nameOf(bodyOf(endpoint)) ?? ""];
  const key = body?.properties?.idempotency_key !== undefined ? "b" : "h";
  return `${operation.security === undefined ? "o" : ""}${"201" in operation.responses ? key : ""}`;
}
