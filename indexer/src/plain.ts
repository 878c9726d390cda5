import type { AbiParameter } from "viem";

/** Decoded values in ABI order with lower-case addresses; every other value as it is. Strings are an account's own words and stay so. */
export function normalise(parameters: readonly AbiParameter[], values: unknown): Record<string, unknown> {
  const given = (values ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name ?? "", value(parameter, given[parameter.name ?? ""])]),
  );
}

function value(parameter: AbiParameter, given: unknown): unknown {
  if (parameter.type.endsWith("]")) {
    const element = { ...parameter, type: parameter.type.replace(/\[\d*\]$/, "") };
    return (given as unknown[]).map((each) => value(element, each));
  }
  if (parameter.type === "tuple" && "components" in parameter) return normalise(parameter.components, given);
  if (parameter.type === "address") return (given as string).toLowerCase();
  return given;
}

/** JSON with bigints as decimal strings. */
export function toJson(values: Record<string, unknown>): string {
  return JSON.stringify(values, (_, each) => (typeof each === "bigint" ? each.toString() : each));
}
