import { readFileSync } from "node:fs";
import { CREATE_X } from "@keystoneos/protocol/deployment";
import { type Hex, toHex } from "viem";
import { waitForReceipt } from "../chains/receipt.ts";
import { rpc } from "../chains/rpc.ts";
import { DevnetError } from "../errors.ts";
import { localAccount } from "../keys.ts";

/** Who signed CreateX's deployment once for all chains, and what that transaction costs at most: 3,000,000 gas at 100 gwei. */
const SIGNER = "0xeD456e05CaAb11d66C4c797dD6c1D6f9A7F352b5";
const COST = 300_000_000_000_000_000n;

/** Puts CreateX where it is on every public chain, by its own pre-signed transaction. A chain that has it is left alone. */
export async function deployCreateX(url: string): Promise<void> {
  if (await isThere(url)) return;
  const funding = { from: localAccount("deployer").address, to: SIGNER, value: toHex(COST) };
  const funded = await rpc<Hex>(url, "eth_sendTransaction", [funding]);
  await waitForReceipt(url, funded);
  const raw = presignedTransaction();
  await waitForReceipt(url, await rpc<Hex>(url, "eth_sendRawTransaction", [raw]));
  if (!(await isThere(url))) throw new DevnetError("CreateXFailed", `CreateX did not arrive at ${CREATE_X}.`);
}

async function isThere(url: string): Promise<boolean> {
  return (await rpc<Hex>(url, "eth_getCode", [CREATE_X, "latest"])) !== "0x";
}

/** Ignition carries the transaction in a file that it does not export, and sends it by itself only to Hardhat's own chain id. */
function presignedTransaction(): Hex {
  const core = new URL(
    "dist/src/internal/execution/strategy/",
    import.meta.resolve("@nomicfoundation/ignition-core/package.json"),
  );
  const found = /presignedTx = "(0x[0-9a-f]+)"/.exec(readFileSync(new URL("createx-artifact.js", core), "utf8"))?.[1];
  if (found === undefined)
    throw new DevnetError("CreateXFailed", "This version of Ignition carries no deployment of CreateX.");
  return found as Hex;
}
