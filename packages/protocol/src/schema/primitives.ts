import type { Address, Hex } from "viem";
import { getAddress, isAddress } from "viem/utils";
import { z } from "zod";
import { ZERO_ADDRESS } from "../terms/bounds.ts";

/** 0x and 40 hex digits; mixed case must pass EIP-55. Comes out in EIP-55 form. */
export const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address")
  .refine((value) => !/^0x[0-9a-fA-F]{40}$/.test(value) || isAddress(value), "address has a wrong checksum")
  .transform((value): Address => getAddress(value));

export const nonZeroAddressSchema = addressSchema.refine((value) => value !== ZERO_ADDRESS, "must not be zero");

/** 0x and exactly `size` bytes of hex. Comes out in lower case. */
export function bytesSchema(size: number) {
  return z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * size}}$`), `must be 0x and ${2 * size} hex digits`)
    .transform((value) => value.toLowerCase() as Hex);
}

/** Unsigned integer of `bits` bits as a decimal string without leading zeros. Stays a string. */
export function uintStringSchema(bits: number) {
  return z
    .string()
    .regex(/^(0|[1-9][0-9]{0,77})$/, "must be a decimal string")
    .refine((value) => !/^[0-9]{1,78}$/.test(value) || BigInt(value) < 1n << BigInt(bits), `must fit uint${bits}`);
}

/** Unsigned integer of at most 53 bits as a number. */
export function uintSchema(bits: number) {
  return z
    .int()
    .min(0)
    .max(2 ** bits - 1, `must fit uint${bits}`);
}
