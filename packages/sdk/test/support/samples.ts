import type { OpenApi, Schema } from "../../scripts/generate/document.ts";

/** Of unions and enumerations this one, counted round; so that a few samples have had every alternative. */
type Turn = number;

/** A value of a schema with every field that it can have. */
export function sampleOf(document: OpenApi, schema: Schema, turn: Turn): unknown {
  const named = document.components.schemas[schema.$ref?.split("/").at(-1) ?? ""];
  if (named !== undefined) return sampleOf(document, named, turn);
  const inner = (part: Schema) => sampleOf(document, part, turn);
  const { anyOf, allOf, type, properties, items, additionalProperties, format, pattern } = schema;
  if (anyOf !== undefined) return inner(anyOf[turn % anyOf.length] as Schema);
  if (allOf !== undefined) return inner(allOf[0] as Schema);
  if (schema.enum !== undefined) return schema.enum[turn % schema.enum.length];
  const types = [type ?? "object"].flat();
  switch (types[turn % types.length]) {
    case "null":
      return null;
    case "array":
      return [inner(items ?? {})];
    case "integer":
    case "number":
      return types.includes("string") ? "1.5" : 7;
    case "boolean":
      return turn % 2 === 0;
    case "object":
      if (properties !== undefined) {
        return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, inner(value)]));
      }
      return typeof additionalProperties === "object"
        ? { some_key: inner({ type: "string", ...additionalProperties }) }
        : {};
    default:
      if (format === "date-time") return "2026-04-01T12:00:00Z";
      return pattern?.includes("1-9") ? "1000000" : "text";
  }
}
