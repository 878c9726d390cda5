import type { Dependencies, Ground } from "./context.ts";
import { type Location, SandboxError } from "./errors.ts";

/** The chain of a request. @throws SandboxError 422 `chain_unsupported`, naming the field. */
export function groundOf({ grounds }: Pick<Dependencies, "grounds">, chainId: number, loc: Location): Ground {
  const found = grounds.get(chainId);
  if (found !== undefined) return found;
  const served = [...grounds.keys()].join(", ");
  throw new SandboxError(422, "chain_unsupported", `The sandbox serves no chain ${chainId}; it serves ${served}`, {
    loc,
  });
}
