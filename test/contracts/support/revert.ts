import { expect } from "chai";
import { type Abi, BaseError, decodeErrorResult, type Hex } from "viem";
import { knownErrors } from "./artifacts.ts";

export interface Revert {
  name: string;
  args: readonly unknown[];
}

let errors: Promise<Abi> | undefined;

/** Asserts that the call reverts with this custom error of any contract, and with these arguments if they are given. */
export async function expectRevert(call: Promise<unknown>, name: string, args?: readonly unknown[]): Promise<void> {
  const revert = await revertOf(call);
  expect(revert.name).to.equal(name);
  if (args !== undefined) expect(revert.args).to.deep.equal(args);
}

/** The custom error that a call reverts with. Fails if it does not revert, or without one. */
export async function revertOf(call: Promise<unknown>): Promise<Revert> {
  let outcome: unknown;
  try {
    outcome = await call;
  } catch (error) {
    const data = dataOf(error);
    if (data === undefined) throw error;
    return decodeRevert(data);
  }
  return expect.fail(`the call did not revert but gave ${String(outcome)}`);
}

/** Decodes revert data by the errors of all contracts in these tests. */
export async function decodeRevert(data: Hex): Promise<Revert> {
  errors ??= knownErrors();
  const { errorName, args } = decodeErrorResult({ abi: await errors, data });
  return { name: errorName, args: args ?? [] };
}

/** The revert data lies at another depth for calls, estimates and mined transactions. */
function dataOf(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined;
  let found: Hex | undefined;
  error.walk((cause) => {
    const { data } = cause as { data?: unknown };
    const candidate = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data;
    if (typeof candidate === "string" && /^0x[0-9a-f]{8,}$/i.test(candidate)) found = candidate as Hex;
    return false;
  });
  return found;
}
