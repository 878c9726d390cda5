import { rootAbi } from "@keystoneos/protocol/abi";
import {
  CHILDREN,
  CREATE_X,
  childAddress,
  childrenOn,
  type DeploymentPlan,
  predictContracts,
  rootInitCode,
  routerInitCode,
  rowsOf,
} from "@keystoneos/protocol/deployment";
import { type Address, type Hex, keccak256, type PublicClient, size } from "viem";
import { initCode } from "../artifacts.ts";
import { answerOf, type Notes, nodeAnswer } from "./finding.ts";

/** Enough for the largest constructor, and below what one transaction may use. */
const GAS = 16_000_000n;

/** Root, children and router: at their addresses, with the code that their constructors make on this chain. */
export async function checkContracts(
  notes: Notes,
  client: PublicClient,
  plan: DeploymentPlan,
  chainId: number,
): Promise<void> {
  const { root, router } = predictContracts(plan);
  await compareCode(notes, client, "KeystoneRoot", root, { from: CREATE_X, code: rootInitCode(plan) });
  await compareRoot(notes, client, plan, root);
  const here = childrenOn(chainId, plan.coordinatorChainId);
  await Promise.all(
    CHILDREN.map((name) => {
      const making = here.includes(name) ? { from: root, code: initCode(name) } : null;
      return compareCode(notes, client, name, childAddress(root, name), making);
    }),
  );
  // Elsewhere anybody may have CreateX make one, and it would do nothing.
  if (chainId !== plan.coordinatorChainId) return;
  const name = "SettlementRouter, without power and not needed to settle";
  await compareCode(notes, client, name, router, { from: CREATE_X, code: routerInitCode(root) });
}

/**
 * @param making Who creates the contract with which init code; null where nothing may stand.
 */
async function compareCode(
  notes: Notes,
  client: PublicClient,
  name: string,
  address: Address,
  making: { from: Address; code: Hex } | null,
): Promise<void> {
  const found = await nodeAnswer(client.getCode({ address }));
  const promised = making === null ? undefined : await constructed(client, address, making);
  notes.note(`${name}: code at ${address}`, codeInWords(promised), codeInWords(found));
}

/**
 * The code, immutables and all, that a constructor returns at this address on this chain: it is run there, in a call that changes
 * nothing, with its init code in the place of the contract.
 */
async function constructed(
  client: PublicClient,
  address: Address,
  { from, code }: { from: Address; code: Hex },
): Promise<Hex | "cannot be made"> {
  const call = client.call({ account: from, to: address, gas: GAS, stateOverride: [{ address, code }] });
  try {
    return (await call).data ?? "cannot be made";
  } catch (error) {
    // Only what the constructor asks its root can make it fail; a node that fails is found out by the next call.
    if (/revert/i.test(String(error))) return "cannot be made";
    return nodeAnswer(Promise.reject(error));
  }
}

async function compareRoot(notes: Notes, client: PublicClient, plan: DeploymentPlan, root: Address): Promise<void> {
  const contract = { address: root, abi: rootAbi } as const;
  const centre = await answerOf(client.readContract({ ...contract, functionName: "coordinatorChainId" }));
  notes.note("KeystoneRoot: coordinator's chain", plan.coordinatorChainId, centre);
  const rows = await answerOf(client.readContract({ ...contract, functionName: "rows" }));
  const found = typeof rows === "string" ? [] : rows;
  const promised = rowsOf(plan);
  for (let i = 0; i < Math.max(promised.length, found.length); i++) {
    notes.note(`KeystoneRoot: row ${i}`, rowInWords(promised[i]), rowInWords(found[i]));
  }
}

function rowInWords(row: { chainId: bigint; eid: number; endpoint: Address; wiringHash: Hex } | undefined): string {
  if (row === undefined) return "none";
  return `chain ${row.chainId}, endpoint ${row.eid} at ${row.endpoint}, wiring ${row.wiringHash}`;
}

function codeInWords(code: Hex | "cannot be made" | undefined): string {
  if (code === undefined || code === "0x") return "none";
  return code === "cannot be made" ? code : `${size(code)} bytes, ${keccak256(code)}`;
}
