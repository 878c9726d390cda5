import { formatQuantity, ProtocolError, parseQuantity } from "@keystoneos/protocol";
import { type Location, SandboxError } from "./errors.ts";

/**
 * Base units of a quantity in whole token units, at most `max` whole units.
 *
 * @throws SandboxError 422 `quantity_form`, `quantity_precision`, `quantity_range`, `quantity_out_of_range`, naming the field.
 */
export function boundedQuantity(quantity: string, decimals: number, max: string, loc: Location): bigint {
  const amount = scaled(quantity, decimals, loc);
  // The bound may have more digits than the token.
  const [whole = "0", fraction = ""] = max.split(".");
  const bound = BigInt(whole + fraction.padEnd(decimals, "0").slice(0, decimals));
  if (amount <= bound) return amount;
  const detail = `The sandbox gives and takes at most ${formatQuantity(bound, decimals)} of a token; ask for less`;
  throw new SandboxError(422, "quantity_out_of_range", detail, { loc });
}

function scaled(quantity: string, decimals: number, loc: Location): bigint {
  try {
    return parseQuantity(quantity, decimals);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new SandboxError(422, error.code, `The quantity ${error.message}`, { loc, cause: error });
  }
}
