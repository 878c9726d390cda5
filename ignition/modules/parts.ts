import { CHILDREN, type ChildName } from "@keystoneos/protocol/deployment";
import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { ArgumentType } from "@nomicfoundation/ignition-core";
import type { Address } from "viem";
import { initCode } from "../artifacts.ts";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = Parameters<Builder["call"]>[0];
type Call = ReturnType<Builder["call"]>;

/** Contracts that are there without the journal knowing of it, by the id of their step: CreateX creates them only once. */
export type There = Readonly<Record<string, Address>>;

/** A contract that CreateX puts where salt and init code say, or the one that is there. */
export function place(m: Builder, there: There, name: string, args: ArgumentType[], id: string): Contract {
  const address = there[id];
  return address === undefined ? m.contract(name, args, { id }) : m.contractAt(name, address, { id: `${id}IsThere` });
}

/** Has the root create one child. A child that exists already is fine: anyone may have created it. */
export function createChild(m: Builder, root: Contract, name: ChildName): { contract: Contract; created: Call } {
  const child = CHILDREN.indexOf(name);
  const created = m.call(root, "deploy", [child, initCode(name)], { id: `create${name}` });
  const address = m.staticCall(root, "addressOf", [child], 0, { id: `addressOf${name}`, after: [created] });
  return { contract: m.contractAt(name, address), created };
}

/**
 * Wires the messenger as the root's row promises, reads everything back and seals it.
 *
 * @param before Must be there to be sealed.
 * @param isWired Wiring is done once, by anyone.
 */
export function wireAndSeal(m: Builder, messenger: Contract, before: Call[], isWired: boolean): void {
  const wiring = m.getParameter("wiring");
  const after = isWired ? before : [m.call(messenger, "wire", [wiring]), ...before];
  m.call(messenger, "seal", [wiring], { after });
}
