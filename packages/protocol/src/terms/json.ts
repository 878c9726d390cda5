import type { Address, Hex } from "viem";
import { getAddress } from "viem/utils";
import { ProtocolError } from "../errors.ts";
import type { Fee, Leg, Terms } from "./types.ts";

/** The JSON form of `Fee`: integers wider than 53 bits are decimal strings. */
export interface FeeJson {
  recipient: Address;
  amount: string;
}

/** The JSON form of `Leg`. */
export interface LegJson {
  chainId: string;
  escrow: Address;
  token: Address;
  standard: number;
  tokenId: string;
  amount: string;
  partition: Hex;
  from: number;
  to: number;
  fees: FeeJson[];
}

/** The JSON form of `Terms`: Solidity names, EIP-55 addresses, uint64 and uint256 as decimal strings, uint8 and uint40 as numbers. */
export interface TermsJson {
  ref: Hex;
  chainId: string;
  coordinator: Address;
  ruleset: Hex;
  parties: Hex[];
  legs: LegJson[];
  depositDeadline: number;
  settleDeadline: number;
  attesters: Address[];
  threshold: number;
  operator: Address;
  parent: Hex;
  notBefore: number;
}

/** The terms as JSON: what the API shows and a wallet can sign as EIP-712 message. */
export function termsToJson(terms: Terms): TermsJson {
  return {
    ref: terms.ref,
    chainId: terms.chainId.toString(),
    coordinator: getAddress(terms.coordinator),
    ruleset: terms.ruleset,
    parties: [...terms.parties],
    legs: terms.legs.map(legToJson),
    depositDeadline: terms.depositDeadline,
    settleDeadline: terms.settleDeadline,
    attesters: terms.attesters.map((attester) => getAddress(attester)),
    threshold: terms.threshold,
    operator: getAddress(terms.operator),
    parent: terms.parent,
    notBefore: terms.notBefore,
  };
}

function legToJson(leg: Leg): LegJson {
  return {
    chainId: leg.chainId.toString(),
    escrow: getAddress(leg.escrow),
    token: getAddress(leg.token),
    standard: leg.standard,
    tokenId: leg.tokenId.toString(),
    amount: leg.amount.toString(),
    partition: leg.partition,
    from: leg.from,
    to: leg.to,
    fees: leg.fees.map((fee) => ({ recipient: getAddress(fee.recipient), amount: fee.amount.toString() })),
  };
}

/**
 * The inverse of `termsToJson`. Strict: a missing or unknown field, a number where a string is due, a value beyond its Solidity type or
 * a wrong checksum is an error that names the field, e.g. `legs[1].fees[0].amount`.
 *
 * @throws ProtocolError `terms_json`.
 */
export function termsFromJson(json: unknown): Terms {
  const read = reader(json, "", TERMS_FIELDS);
  return {
    ref: bytes(read, "ref", 16),
    chainId: wide(read, "chainId", 64),
    coordinator: address(read, "coordinator"),
    ruleset: bytes(read, "ruleset", 32),
    parties: list(read, "parties", (value, path) => bytesAt(value, path, 32)),
    legs: list(read, "legs", legFromJson),
    depositDeadline: small(read, "depositDeadline", 40),
    settleDeadline: small(read, "settleDeadline", 40),
    attesters: list(read, "attesters", addressAt),
    threshold: small(read, "threshold", 8),
    operator: address(read, "operator"),
    parent: bytes(read, "parent", 32),
    notBefore: small(read, "notBefore", 40),
  };
}

function legFromJson(json: unknown, path: string): Leg {
  const read = reader(json, path, LEG_FIELDS);
  return {
    chainId: wide(read, "chainId", 64),
    escrow: address(read, "escrow"),
    token: address(read, "token"),
    standard: small(read, "standard", 8),
    tokenId: wide(read, "tokenId", 256),
    amount: wide(read, "amount", 256),
    partition: bytes(read, "partition", 32),
    from: small(read, "from", 8),
    to: small(read, "to", 8),
    fees: list(read, "fees", feeFromJson),
  };
}

function feeFromJson(json: unknown, path: string): Fee {
  const read = reader(json, path, FEE_FIELDS);
  return { recipient: address(read, "recipient"), amount: wide(read, "amount", 256) };
}

const FEE_FIELDS = ["recipient", "amount"] as const;
const LEG_FIELDS = [
  "chainId",
  "escrow",
  "token",
  "standard",
  "tokenId",
  "amount",
  "partition",
  "from",
  "to",
  "fees",
] as const;
const TERMS_FIELDS = [
  "ref",
  "chainId",
  "coordinator",
  "ruleset",
  "parties",
  "legs",
  "depositDeadline",
  "settleDeadline",
  "attesters",
  "threshold",
  "operator",
  "parent",
  "notBefore",
] as const;

type Reader<name extends string> = (name: name) => { value: unknown; path: string };

function fail(path: string, message: string, cause?: unknown): never {
  throw new ProtocolError("terms_json", message, { field: path, cause });
}

function reader<const name extends string>(json: unknown, path: string, names: readonly name[]): Reader<name> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) fail(path, "must be an object");
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  const record = json as Record<string, unknown>;
  for (const key of Object.keys(record)) if (!names.includes(key as name)) fail(at(key), "unknown field");
  for (const name of names) if (!Object.hasOwn(record, name)) fail(at(name), "missing");
  return (name) => ({ value: record[name], path: at(name) });
}

function list<name extends string, item>(
  read: Reader<name>,
  name: name,
  parse: (value: unknown, path: string) => item,
): item[] {
  const { value, path } = read(name);
  if (!Array.isArray(value)) fail(path, "must be an array");
  return value.map((entry, index) => parse(entry, `${path}[${index}]`));
}

function bytes<name extends string>(read: Reader<name>, name: name, size: number): Hex {
  const { value, path } = read(name);
  return bytesAt(value, path, size);
}

function bytesAt(value: unknown, path: string, size: number): Hex {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]*$/.test(value) || value.length !== 2 + 2 * size) {
    fail(path, `must be 0x and ${2 * size} hex digits`);
  }
  return value.toLowerCase() as Hex;
}

function address<name extends string>(read: Reader<name>, name: name): Address {
  const { value, path } = read(name);
  return addressAt(value, path);
}

function addressAt(value: unknown, path: string): Address {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(value)) fail(path, "must be an address");
  const checksummed = getAddress(value.toLowerCase());
  if (value !== value.toLowerCase() && value !== checksummed) fail(path, "address has a wrong checksum");
  return checksummed;
}

function wide<name extends string>(read: Reader<name>, name: name, bits: number): bigint {
  const { value, path } = read(name);
  if (typeof value !== "string" || !/^(0|[1-9][0-9]{0,77})$/.test(value)) fail(path, "must be a decimal string");
  const integer = BigInt(value);
  if (integer >= 1n << BigInt(bits)) fail(path, `must fit uint${bits}`);
  return integer;
}

function small<name extends string>(read: Reader<name>, name: name, bits: number): number {
  const { value, path } = read(name);
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    fail(path, `must be an integer that fits uint${bits}`);
  }
  return value;
}
