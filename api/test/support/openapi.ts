import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

interface Documented {
  responses: Record<string, { content?: Record<string, unknown>; "x-codes"?: string[] }>;
}

interface Document {
  paths: Record<string, Record<string, Documented>>;
}

/** The document as checked in: what integrators read is what answers are held against. */
const document = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as Document;

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat("uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
ajv.addFormat("uri", true);
ajv.addFormat("date-time", /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/);
ajv.addSchema(document, "openapi");

const compiled = new Map<string, ValidateFunction>();

/** Fails unless the document has this operation, this status and this body. Unknown paths and methods answer with a Problem. */
export function assertDocumented(
  method: string,
  path: string,
  status: number,
  type: string | null,
  body: unknown,
): void {
  const template = Object.keys(document.paths).find((candidate) => matches(candidate, path));
  const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
  const where = `${method} ${path} ${status}`;
  const response = operation?.responses[String(status)];
  if (response !== undefined && response.content === undefined) {
    if (type !== null || body !== null) throw new Error(`${where}: a body where the document has none`);
    return;
  }
  if (type === "text/event-stream" && response?.content?.[type] !== undefined) return;
  if (type?.split(";")[0] !== "application/json") throw new Error(`${where}: content type ${type}`);
  if (template === undefined || operation === undefined) {
    if (status !== 429 && status !== (template === undefined ? 404 : 405))
      throw new Error(`${where}: no such operation in the document`);
    validate(where, "#/components/schemas/Problem", body);
    return;
  }
  if (response === undefined) throw new Error(`${where}: the document knows no such status: ${JSON.stringify(body)}`);
  const pointer = [
    "paths",
    template,
    method.toLowerCase(),
    "responses",
    String(status),
    "content",
    "application/json",
    "schema",
  ];
  validate(where, pointerTo(pointer), body);
  const codes = response["x-codes"];
  const code = (body as { code?: string }).code;
  if (codes !== undefined && !codes.includes(code as string)) throw new Error(`${where}: undocumented code ${code}`);
}

/** Fails unless the schema at this place of the document takes the value. */
export function assertMatches(place: string[], value: unknown): void {
  validate(place.join(" "), pointerTo(place), value);
}

function pointerTo(place: string[]): string {
  return `#/${place.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
}

function validate(where: string, pointer: string, body: unknown): void {
  const check = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi${encodeURI(pointer)}` });
  compiled.set(pointer, check);
  if (!check(body)) throw new Error(`${where}: ${ajv.errorsText(check.errors)} in ${JSON.stringify(body)}`);
}

function matches(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith("{") || part === given[i]);
}
