import { z } from "@hono/zod-openapi";
import { type Address, getAddress, type Hex, isAddress } from "viem";
import { formatDecimalNumber } from "../decimal.ts";

type Check = { type: string; message: string };

function fault({ type, message }: Check) {
  return { code: "custom" as const, message, params: { type } };
}

/** A string of `min` to `max` characters (code points, as JSON Schema counts) that a database can hold. */
export function text(min: number, max: number) {
  return z
    .string()
    .superRefine((value, ctx) => {
      const length = [...value].length;
      if (length < min) {
        ctx.addIssue(fault({ type: "string_too_short", message: `String should have at least ${min} character(s)` }));
      } else if (length > max) {
        ctx.addIssue(fault({ type: "string_too_long", message: `String should have at most ${max} characters` }));
      } else if (!isStorable(value)) {
        ctx.addIssue(
          fault({ type: "string_unicode", message: "String should be whole Unicode characters without NUL" }),
        );
      }
    })
    .openapi({ minLength: min, maxLength: max });
}

/** Whether a database can hold it. */
export function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes("\u0000");
}

/** `schema` or null, where the schema has a name in the OpenAPI document: its own `.nullable()` would lose the null there. */
export function orNull<T extends z.ZodType>(schema: T) {
  return z.union([schema, z.null()]);
}

/** An input that may be left out or null, of a schema whose OpenAPI type is stated because it transforms. */
export function optionalInput<T extends z.ZodType>(schema: T, ...types: ("string" | "number")[]) {
  return schema.nullish().openapi({ type: [...types, "null"] });
}

function pattern(regex: RegExp, message: string) {
  return z.string().regex(regex, { error: message, abort: true });
}

export const slug = pattern(
  /^[a-z0-9][a-z0-9_-]{0,99}$/,
  "String should be a slug: lower-case letters, digits, _ and -",
).openapi({ example: "acme" });

/** 1 to 255 printable ASCII characters. */
export const idempotencyKey = pattern(
  /^[\x20-\x7e]{1,255}$/,
  "String should be 1 to 255 printable ASCII characters",
).openapi({
  example: "order-2026-0001",
});

/** An id in a path: what is no UUID is answered like any unknown id, so the form is not checked here. */
export const pathId = z.string().openapi({ format: "uuid" });

export const uuid = z.string().openapi({ format: "uuid", example: "8f6c1c0e-6a1b-4a58-9d0b-3d5c5d0f8a11" });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: string): boolean {
  return UUID.test(value);
}

const TIME = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** ISO 8601 with an offset; comes out as a Date. */
export const timeInput = z
  .string()
  .transform((value, ctx): Date => {
    const date = new Date(value);
    if (TIME.test(value) && !Number.isNaN(date.getTime()) && isCalendarDay(value)) return date;
    const naive = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(value);
    ctx.addIssue(
      fault(
        naive
          ? { type: "timezone_aware", message: "Time should have an offset, e.g. 2026-04-01T12:00:00Z" }
          : { type: "datetime_parsing", message: "Input should be an ISO 8601 time, e.g. 2026-04-01T12:00:00Z" },
      ),
    );
    return z.NEVER;
  })
  .openapi({ type: "string", format: "date-time", example: "2026-04-01T12:00:00Z" });

/** Date.parse takes 30 February for 2 March. */
function isCalendarDay(value: string): boolean {
  const [year, month, day] = value.slice(0, 10).split("-").map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** ISO 8601, UTC. */
export const time = z.string().openapi({ format: "date-time", example: "2026-04-01T12:00:00Z" });

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** 0x and 40 hex digits, mixed case by EIP-55, never zero. Stays as sent. */
export const addressInput = z
  .string()
  .superRefine((value, ctx) => {
    if (!ADDRESS.test(value)) {
      ctx.addIssue(fault({ type: "address_parsing", message: "Input should be 0x and 40 hex digits" }));
    } else if (!hasValidChecksum(value)) {
      ctx.addIssue(fault({ type: "address_checksum", message: "Mixed-case address should pass the EIP-55 checksum" }));
    } else if (/^0x0{40}$/.test(value)) {
      ctx.addIssue(fault({ type: "address_zero", message: "Input should not be the zero address" }));
    }
  })
  .transform((value) => value as Address)
  .openapi({ type: "string", pattern: "^0x[0-9a-fA-F]{40}$", example: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" });

/** All lower or all upper case carries no checksum; anything else must have the right one. */
export function hasValidChecksum(value: string): boolean {
  const digits = value.slice(2);
  return digits === digits.toLowerCase() || digits === digits.toUpperCase() || isAddress(value);
}

export function looksLikeAddress(value: string): boolean {
  return ADDRESS.test(value);
}

/** An address as this API writes it: EIP-55. */
export function showAddress(address: string): Address {
  return getAddress(address.toLowerCase());
}

export const address = z
  .string()
  .openapi({ pattern: "^0x[0-9a-fA-F]{40}$", example: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" });

export const bytes32Input = pattern(/^0x[0-9a-fA-F]{64}$/, "Input should be 0x and 64 hex digits")
  .transform((value) => value.toLowerCase() as Hex)
  .openapi({ type: "string", pattern: "^0x[0-9a-fA-F]{64}$", example: `0x${"4f".repeat(32)}` });

export const bytes32 = z.string().openapi({ pattern: "^0x[0-9a-f]{64}$", example: `0x${"4f".repeat(32)}` });

export const hex = z.string().openapi({ pattern: "^0x([0-9a-f]{2})*$", example: "0x4f0c" });

/** Integer string in base units. */
export const base = z.string().openapi({ pattern: "^(0|[1-9][0-9]*)$", example: "1000000" });

const MAX_UINT256 = (1n << 256n) - 1n;

/** A uint256 as a decimal string. */
export const baseInput = z
  .string()
  .superRefine((value, ctx) => {
    if (/^(0|[1-9][0-9]{0,77})$/.test(value) && BigInt(value) <= MAX_UINT256) return;
    ctx.addIssue(fault({ type: "uint256_parsing", message: "Input should be a decimal string from 0 to 2^256-1" }));
  })
  .openapi({ pattern: "^(0|[1-9][0-9]{0,77})$", example: "1" });

export const chainId = z.int({ abort: true }).min(1).max(Number.MAX_SAFE_INTEGER).openapi({ example: 11155111 });

const DECIMAL = /^(0|[1-9][0-9]*)(\.[0-9]+)?$/;

/**
 * A decimal amount in whole token units, above 0. A JSON number is taken where its shortest form has at most 15 significant digits,
 * because beyond that it need not be the number that was meant. Comes out as a decimal string.
 */
export const decimalInput = z
  .union([z.string(), z.number()], { error: "Input should be a decimal string" })
  .transform((value, ctx): string => {
    const decimal = typeof value === "number" ? formatDecimalNumber(value) : value;
    const problem = decimal === null ? NUMBER_TOO_LONG : decimalFault(decimal);
    if (problem === null) return decimal as string;
    ctx.addIssue(fault(problem));
    return z.NEVER;
  })
  .openapi({
    type: ["string", "number"],
    description:
      "Decimal amount in whole token units, above 0. Prefer a string; a number may have at most 15 significant digits.",
    example: "1000000",
  });

const NUMBER_TOO_LONG: Check = {
  type: "decimal_number",
  message: "A number should be above 0 with at most 15 significant digits; send a decimal string",
};

function decimalFault(decimal: string): Check | null {
  if (!DECIMAL.test(decimal)) {
    return { type: "decimal_parsing", message: "Input should be a decimal string such as 1000000 or 0.25" };
  }
  if (decimal.replace(".", "").length > 78) {
    return { type: "decimal_max_digits", message: "Decimal should have at most 78 digits" };
  }
  return /[1-9]/.test(decimal) ? null : { type: "greater_than", message: "Input should be greater than 0" };
}

export const decimal = z.string().openapi({ pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)?$", example: "1000000" });

/** An integer in a query string. */
export function queryInteger(min: number, max: number) {
  return z
    .string()
    .transform((value, ctx): number => {
      const number = Number(value);
      if (!/^-?[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(number)) {
        ctx.addIssue(fault({ type: "int_parsing", message: "Input should be an integer" }));
      } else if (number < min) {
        ctx.addIssue(fault({ type: "greater_than_equal", message: `Input should be at least ${min}` }));
      } else if (number > max) {
        ctx.addIssue(fault({ type: "less_than_equal", message: `Input should be at most ${max}` }));
      }
      return number;
    })
    .openapi({ type: "integer", minimum: min, maximum: max });
}

/** A boolean in a query string. */
export const queryBoolean = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .openapi({ type: "boolean" });

/** A UUID that a query filters by. */
export const uuidInput = pattern(UUID, "Input should be a UUID")
  .transform((value) => value.toLowerCase())
  .openapi({ type: "string", format: "uuid" });
