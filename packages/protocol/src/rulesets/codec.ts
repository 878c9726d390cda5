import type { Hex } from "viem";
import { decodeAbiParameters, encodeAbiParameters, hexToString, keccak256, stringToHex } from "viem/utils";
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

/**
 * The argument of `registerRuleset`.
 *
 * @throws ProtocolError `ruleset_input` when a name is empty, not printable ASCII or longer than 32 characters.
 */
export function toAbiRuleset(ruleset: Ruleset): AbiRuleset {
  return {
    states: ruleset.states.map(({ name, kind }, index) => {
      if (!/^[\x21-\x7e]{1,32}$/.test(name)) {
        throw new ProtocolError("ruleset_input", "must be 1 to 32 printable ASCII characters without spaces", {
          field: `states[${index}].name`,
        });
      }
      return { name: stringToHex(name, { size: 32 }), kind };
    }),
    edges: ruleset.edges.map(({ from, to, gate }) => ({ from, to, gate })),
  };
}

/** The inverse of `toAbiRuleset`, for what a `RulesetRegistered` event carries. Names lose their zero padding. */
export function fromAbiRuleset(ruleset: AbiRuleset): Ruleset {
  return {
    states: ruleset.states.map(({ name, kind }) => ({ name: hexToString(name, { size: 32 }), kind })),
    edges: ruleset.edges.map(({ from, to, gate }) => ({ from, to, gate })),
  };
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
