import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { CHILDREN, type ChildName, initCode } from "../children.ts";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = Parameters<Builder["call"]>[0];
type Call = ReturnType<Builder["call"]>;

/** Has the root create one child. A child that exists already is fine: anyone may have created it. */
export function createChild(m: Builder, root: Contract, name: ChildName): { contract: Contract; created: Call } {
  const child = CHILDREN.indexOf(name);
  const created = m.call(root, "deploy", [child, initCode(name)], { id: `create${name}` });
  const address = m.staticCall(root, "addressOf", [child], 0, { id: `addressOf${name}`, after: [created] });
  return { contract: m.contractAt(name, address), created };
}

/** Wires the messenger as the root's row promises, reads everything back and seals it. `before` must be there to be sealed. */
export function wireAndSeal(m: Builder, messenger: Contract, before: Call[]): void {
  const wiring = m.getParameter("wiring");
  const wired = m.call(messenger, "wire", [wiring]);
  m.call(messenger, "seal", [wiring], { after: [wired, ...before] });
}
