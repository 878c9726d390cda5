import type { Hex } from "viem";
import { decodeAbiParameters, encodeAbiParameters, hexToBytes, keccak256, stringToHex } from "viem/utils";
import { ProtocolError } from "../errors.ts";
import type { Ruleset } from "./types.ts";

/** The ABI parameter `Ruleset ruleset`. */
export const rulesetAbiParameter = {
  name: "ruleset",
  type: "tuple",
  components: [
    {
      name: "states",
      type: "tuple[]",
      components: [
        { name: "name", type: "bytes32" },
        { name: "kind", type: "uint8" },
      ],
    },
    {
      name: "edges",
      type: "tuple[]",
      components: [
        { name: "from", type: "uint8" },
        { name: "to", type: "uint8" },
        { name: "gate", type: "uint8" },
      ],
    },
  ],
} as const;

/** A ruleset as the contracts' ABI has it: names are bytes32. */
export interface AbiRuleset {
  states: readonly { name: Hex; kind: number }[];
  edges: readonly { from: number; to: number; gate: number }[];
}

const PLAIN_NAME = /^[\x21-\x7e]{1,32}$/;
const RAW_NAME = /^0x[0-9a-f]{64}$/;

/**
 * The argument of `registerRuleset`.
 *
 * @throws ProtocolError `ruleset_input` when a name is no state name, see `RulesetState`.
 */
export function toAbiRuleset(ruleset: Ruleset): AbiRuleset {
  return {
    states: ruleset.states.map(({ name, kind }, index) => ({ name: nameToBytes(name, index), kind })),
    edges: ruleset.edges.map(({ from, to, gate }) => ({ from, to, gate })),
  };
}

/** The inverse of `toAbiRuleset`, for whatever a `RulesetRegistered` event carries. */
export function fromAbiRuleset(ruleset: AbiRuleset): Ruleset {
  return {
    states: ruleset.states.map(({ name, kind }) => ({ name: nameFromBytes(name), kind })),
    edges: ruleset.edges.map(({ from, to, gate }) => ({ from, to, gate })),
  };
}

function nameToBytes(name: string, index: number): Hex {
  if (PLAIN_NAME.test(name)) return stringToHex(name, { size: 32 });
  if (RAW_NAME.test(name)) return name as Hex;
  throw new ProtocolError("ruleset_input", "must be 1 to 32 printable ASCII characters without spaces", {
    field: `states[${index}].name`,
  });
}

/** Anyone may register a ruleset, so a name can be any bytes: what is no plain text stays hex and cannot hurt a database or a screen. */
function nameFromBytes(name: Hex): string {
  const text = String.fromCharCode(...hexToBytes(name)).replace(/\0+$/, "");
  return PLAIN_NAME.test(text) ? text : name.toLowerCase();
}

/** abi.encode(ruleset). */
export function encodeRuleset(ruleset: Ruleset): Hex {
  const abiRuleset = toAbiRuleset(ruleset);
  try {
    return encodeAbiParameters([rulesetAbiParameter], [abiRuleset]);
  } catch (cause) {
    throw new ProtocolError("ruleset_input", "the ruleset does not fit its Solidity types", { cause });
  }
}

/** The inverse of `encodeRuleset`. */
export function decodeRuleset(encoded: Hex): Ruleset {
  try {
    return fromAbiRuleset(decodeAbiParameters([rulesetAbiParameter], encoded)[0]);
  } catch (cause) {
    throw new ProtocolError("ruleset_input", "not an ABI encoding of a ruleset", { cause });
  }
}

/** Content hash of a ruleset, its id at every coordinator: keccak256(abi.encode(ruleset)). */
export function rulesetId(ruleset: Ruleset): Hex {
  return keccak256(encodeRuleset(ruleset));
}
