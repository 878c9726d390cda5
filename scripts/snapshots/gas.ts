import { openWorld } from "../../test/contracts/support/world.ts";
import { authorized } from "../../test/gas/authorized.ts";
import { oneChain } from "../../test/gas/one-chain.ts";
import type { Rows } from "../../test/gas/row.ts";
import { twoChains } from "../../test/gas/two-chains.ts";

/** Gas of every transaction of a settlement's life, on two chains of the same world. */
export async function gas(): Promise<Rows> {
  const world = await openWorld();
  return { ...(await oneChain(world)), ...(await authorized(world)), ...(await twoChains(world)) };
}
