import { readFileSync } from "node:fs";
import { type Endpoint, endpointsOf, type OpenApi } from "./document.ts";
import { FIRST, FLOW, FOLDERS, type Step } from "./flow.ts";
import { type Request, requestOf } from "./request.ts";

interface Script {
  listen: "prerequest" | "test";
  script: { type: "text/javascript"; exec: string[] };
}

interface SavedResponse {
  name: string;
  originalRequest: Request;
  code: number;
  header: { key: string; value: string }[];
  body: string;
}

interface Item {
  name: string;
  event: Script[];
  request: Request;
  response: SavedResponse[];
}

const DESCRIPTION = `Every operation of the API, generated from its OpenAPI document. Fill client_id and client_secret in; a machine token is then got and
renewed by itself. Requests for members of a platform need user_token and a KeyStone operator's need admin_token; without them they are answered 401.
Run from top to bottom each request finds in the variables what the requests before it have made. The streams, which never end, are sent where
the variable streams is on. platform_client_id and environment_client_id are clients at the issuer that stand for no environment yet, user_id a
member whose roles are replaced and who is then taken out of the platform.`;

/** What an answer does not hold leaves a variable as it is. */
const KEEP = `function keep(name, value) {
  if (value !== undefined && value !== null) pm.collectionVariables.set(name, String(value));
}`;

/** The collection in Postman's format 2.1. */
export function collectionOf(document: OpenApi) {
  const endpoints = endpointsOf(document);
  const missing = endpoints.find(({ operation }) => !FOLDERS.includes(operation.tags[0]));
  if (missing !== undefined) throw new Error(`No folder for ${missing.operation.tags[0]}: give it a place in FOLDERS`);
  return {
    info: {
      // Tells Postman that a newer collection replaces an older one.
      _postman_id: "5b1c0a52-7f0e-4d0b-9a55-0e5d8e1c2f41",
      name: document.info.title,
      description: DESCRIPTION,
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    auth: { type: "bearer", bearer: [{ key: "token", value: "{{access_token}}", type: "string" }] },
    event: [script("prerequest", sandbox("token")), script("test", sandbox("answer"))],
    variable: [{ key: "contract", value: contract(document, endpoints), type: "string" }],
    item: FOLDERS.map((name) => ({
      name,
      item: inOrder(endpoints.filter(({ operation }) => operation.tags[0] === name)).flatMap((endpoint) =>
        (FLOW[endpoint.operation.operationId] ?? [{}]).map((step) => itemOf(endpoint, step)),
      ),
    })),
  };
}

/** What the tests of every request look at: each operation's answers by status, null where there is no body to have a shape. */
function contract({ components: { schemas } }: OpenApi, endpoints: Endpoint[]): string {
  const operations = Object.fromEntries(
    endpoints.map(({ operation: { operationId, responses } }) => [
      operationId,
      Object.fromEntries(
        Object.entries(responses).map(([status, { content }]) => [
          status,
          content?.["application/json"]?.schema ?? null,
        ]),
      ),
    ]),
  );
  return JSON.stringify({ operations, schemas });
}

function inOrder(endpoints: Endpoint[]): Endpoint[] {
  const rank = ({ method, operation: { operationId } }: Endpoint) => {
    if (FIRST.includes(operationId)) return FIRST.indexOf(operationId);
    const last = method === "DELETE" ? 2 : 1;
    return FIRST.length + (operationId.startsWith("create") ? 0 : last);
  };
  return endpoints.toSorted((one, other) => rank(one) - rank(other));
}

function itemOf(endpoint: Endpoint, step: Step): Item {
  const { operation } = endpoint;
  const request = requestOf(endpoint, step);
  return {
    name: [operation.summary, step.variant].filter((words) => words !== undefined).join(", "),
    event: [script("prerequest", before(operation.operationId, step)), ...after(step)],
    request,
    response: savedResponses(endpoint, request),
  };
}

function before(operationId: string, { before = {}, endless }: Step): string {
  return [
    `pm.variables.set("operation", ${JSON.stringify(operationId)});`,
    ...Object.entries(before).map(([name, value]) => `pm.collectionVariables.set(${JSON.stringify(name)}, ${value});`),
    ...(endless ? ['if (pm.environment.get("streams") !== "on") pm.execution.skipRequest();'] : []),
  ].join("\n");
}

function after({ carry = {}, await: awaited }: Step): Script[] {
  const carried = Object.entries(carry).map(([name, path]) => {
    const steps = path.split(".").map((word) => (/^\d+$/.test(word) ? `?.[${word}]` : `?.${word}`));
    return `keep(${JSON.stringify(name)}, body${steps.join("")});`;
  });
  const lines = [
    ...(awaited === undefined ? [] : [sandbox("again").replace("AWAITED", JSON.stringify(awaited))]),
    ...(carried.length === 0 ? [] : [KEEP, `if (pm.response.code < 300) {\n  const body = pm.response.json();`]),
    ...carried.map((line) => `  ${line}`),
    ...(carried.length === 0 ? [] : ["}"]),
  ];
  return lines.length === 0 ? [] : [script("test", lines.join("\n"))];
}

function savedResponses({ operation }: Endpoint, originalRequest: Request): SavedResponse[] {
  return Object.entries(operation.responses)
    .filter(([status]) => status.startsWith("2"))
    .map(([status, { description, content }]) => {
      const [type, media] = Object.entries(content ?? {})[0] ?? [];
      const example = media?.example ?? media?.schema.example;
      return {
        name: description,
        originalRequest,
        code: Number(status),
        header: type === undefined ? [] : [{ key: "Content-Type", value: type }],
        body: example === undefined ? "" : typeof example === "string" ? example : JSON.stringify(example, null, 2),
      };
    });
}

function script(listen: Script["listen"], text: string): Script {
  return { listen, script: { type: "text/javascript", exec: text.split("\n") } };
}

/** A file of code for Postman's sandbox, to be found beside this one. */
function sandbox(name: string): string {
  return readFileSync(new URL(`./sandbox/${name}.js`, import.meta.url), "utf8").trimEnd();
}
