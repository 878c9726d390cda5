import { expect } from "chai";
import { DevnetError } from "../../src/errors.ts";

/** Expects a DevnetError of this name, and gives its message. */
export async function failure(name: string, action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(DevnetError);
    expect((error as DevnetError).name).to.equal(name);
    return (error as DevnetError).message;
  }
  throw new Error(`expected ${name}, and nothing was thrown`);
}
