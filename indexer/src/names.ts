import { gateName } from "@keystoneos/protocol";
import { type Hex, hexToBytes } from "viem";

/** A state's name out of its bytes32: printable ASCII without the padding, else the bytes as hex. Anyone may register a ruleset. */
export function stateName(name: Hex): string {
  const bytes = hexToBytes(name);
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  const text = String.fromCharCode(...bytes.subarray(0, length));
  return /^[\x21-\x7e]+$/.test(text) ? text : name;
}

/** Name of the state at a position; a position that the ruleset does not have is named by its number. */
export function stateAt(ruleset: { states: readonly { name: string }[] } | null, index: number): string {
  return ruleset?.states[index]?.name ?? `STATE_${index}`;
}

/** Gate name as in Solidity; a gate that this version does not know is named by its number. */
export function gateAt(gate: number): string {
  return gateName(gate) ?? `GATE_${gate}`;
}

const VERDICTS = ["none", "execute", "rollback"] as const;
export type Verdict = (typeof VERDICTS)[number];

export function verdictAt(verdict: number): Verdict {
  return VERDICTS[verdict] ?? "none";
}

const KINDS = ["LOCKED", "VERDICT", "RELEASED"] as const;

export function messageKindAt(kind: number): string {
  return KINDS[kind] ?? `KIND_${kind}`;
}
