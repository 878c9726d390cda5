import type { Endpoint, Parameter, Schema } from "./document.ts";
import type { Step } from "./flow.ts";

interface Field {
  key: string;
  value: string;
  description?: string;
  disabled?: true;
}

export interface Request {
  method: string;
  description?: string;
  auth?: { type: "noauth" } | { type: "bearer"; bearer: [{ key: "token"; value: string; type: "string" }] };
  header: Field[];
  url: { raw: string; host: string[]; path: string[]; query?: Field[]; variable?: Field[] };
  body?: { mode: "raw"; raw: string; options: { raw: { language: "json" } } };
}

/** One request of an operation as Postman keeps it. */
export function requestOf({ method, path, operation, parameters }: Endpoint, step: Step): Request {
  const media = operation.requestBody?.content["application/json"];
  const body = step.body ?? media?.example;
  const query = placed(parameters, "query").map((parameter) => queryField(parameter, step));
  const variable = placed(parameters, "path").map(({ name, ...rest }) => ({
    key: name,
    value: `{{${name}}}`,
    ...describe(rest),
  }));
  const words = path
    .slice(1)
    .split("/")
    .map((word) => word.replace(/^\{(.*)\}$/, ":$1"));
  const sent = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`);
  const description = operation.description ?? operation.summary;
  return {
    method,
    description,
    ...authOf(operation.security),
    header: [
      ...(body === undefined ? [] : [{ key: "Content-Type", value: "application/json" }]),
      ...placed(parameters, "header").map(headerField),
    ],
    url: {
      raw: `{{base_url}}/${words.join("/")}${sent.length === 0 ? "" : `?${sent.join("&")}`}`,
      host: ["{{base_url}}"],
      path: words,
      ...(query.length > 0 && { query }),
      ...(variable.length > 0 && { variable }),
    },
    ...(body !== undefined && { body: { mode: "raw", raw: bodyText(body), options: { raw: { language: "json" } } } }),
  };
}

function bodyText(body: unknown): string {
  return JSON.stringify(body, null, 2).replace(/"\{\{#(\w+)\}\}"/g, "{{$1}}");
}

/** Machines' tokens are the collection's own; where none is taken a user's or an operator's has to be filled in. */
function authOf(security: Endpoint["operation"]["security"]): Pick<Request, "auth"> {
  if (security === undefined) return { auth: { type: "noauth" } };
  const kinds = security.flatMap((alternative) => Object.keys(alternative));
  if (kinds.includes("m2m")) return {};
  const value = kinds.includes("admin") ? "{{admin_token}}" : "{{user_token}}";
  return { auth: { type: "bearer", bearer: [{ key: "token", value, type: "string" }] } };
}

function queryField(parameter: Parameter, { query = {} }: Step): Field {
  const value = query[parameter.name];
  const described = describe(parameter);
  if (value !== undefined) return { key: parameter.name, value, ...described };
  return { key: parameter.name, value: exampleOf(parameter.schema), ...described, disabled: true };
}

function headerField({ name, ...parameter }: Parameter): Field {
  if (name === "idempotency-key") return { key: "Idempotency-Key", value: "{{$guid}}", ...describe(parameter) };
  const value = name === "X-Keystone-Environment" ? "{{environment_slug}}" : exampleOf(parameter.schema);
  return { key: name, value, ...describe(parameter), disabled: true };
}

function exampleOf({ example, default: usual, enum: values }: Schema): string {
  return String(example ?? usual ?? values?.[0] ?? "");
}

function describe({ description }: Pick<Parameter, "description">): Pick<Field, "description"> {
  return description === undefined ? {} : { description };
}

function placed(parameters: Parameter[], place: Parameter["in"]): Parameter[] {
  return parameters.filter((parameter) => parameter.in === place);
}
