import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Hex, toHex } from "viem";
import { CREATE_X } from "../../../ignition/predict.ts";
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
  const raw = await presignedTransaction();
  await waitForReceipt(url, await rpc<Hex>(url, "eth_sendRawTransaction", [raw]));
  if (!(await isThere(url))) throw new DevnetError("CreateXFailed", `CreateX did not arrive at ${CREATE_X}.`);
}

async function isThere(url: string): Promise<boolean> {
  return (await rpc<Hex>(url, "eth_getCode", [CREATE_X, "latest"])) !== "0x";
}

/** Ignition carries the transaction, and sends it by itself only to Hardhat's own chain id. */
async function presignedTransaction(): Promise<Hex> {
  const core = dirname(createRequire(import.meta.url).resolve("@nomicfoundation/ignition-core/package.json"));
  const file = join(core, "dist/src/internal/execution/strategy/createx-artifact.js");
  const { presignedTx } = await import(pathToFileURL(file).href);
  return presignedTx;
}
