import { openWorld } from "../../test/contracts/support/world.ts";
import { authorized } from "../../test/gas/authorized.ts";
import { oneChain } from "../../test/gas/one-chain.ts";
import { type Rows, sum } from "../../test/gas/row.ts";
import { twoChains } from "../../test/gas/two-chains.ts";

/** Gas of every transaction of a settlement's life, on two chains of the same world. */
export async function gas(): Promise<Rows> {
  const world = await openWorld();
  const rows: Rows = { ...(await oneChain(world)), ...(await authorized(world)), ...(await twoChains(world)) };
  rows["lifecycle opened by router, three transactions"] = sum(
    rows["open by router: create, attest, advance"],
    rows["first deposit"],
    rows["last deposit, verdict, both payouts"],
  );
  return rows;
}
