import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "viem";
import type { Target } from "./chain.ts";
import type { There } from "./modules/parts.ts";

/**
 * Which of the contracts that CreateX is to create are on the chain without the journal of this deployment knowing of it: somebody
 * else created them, or a run that was killed before it could note it. What the journal knows stays with the journal, because it
 * remembers later steps as built on that one.
 *
 * @param predicted By the id of their step in the module.
 */
export async function thereAlready(target: Target, module: string, predicted: There): Promise<There> {
  const noted = notedAddresses(target);
  const unknown = Object.entries(predicted).filter(([id]) => noted[`${module}#${id}`] === undefined);
  const codes = await Promise.all(unknown.map(([, address]) => target.client.getCode({ address })));
  return Object.fromEntries(unknown.filter((_, i) => codes[i] !== undefined));
}

/** What Ignition has noted of contracts, by module and id. */
export function notedAddresses({ dir }: Pick<Target, "dir">): Record<string, Address> {
  const file = join(dir, "deployed_addresses.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Address>) : {};
}
