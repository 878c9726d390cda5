import { ProtocolError } from "./errors.ts";
import type { FeeMode } from "./templates/config.ts";

const DECIMAL = /^(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const MAX_DIGITS = 78;
const MAX_UINT256 = (1n << 256n) - 1n;

/**
 * A decimal quantity of whole token units in base units, exactly: nothing is rounded.
 *
 * @example
 * parseQuantity("1.5", 6) === 1_500_000n
 * @throws ProtocolError `quantity_form` (no plain decimal, or more than 78 digits), `quantity_precision` (more fraction digits than
 * decimals), `quantity_range` (zero, or beyond uint256).
 */
export function parseQuantity(quantity: string, decimals: number): bigint {
  checkDecimals(decimals);
  if (!DECIMAL.test(quantity) || quantity.replace(".", "").length > MAX_DIGITS) {
    throw new ProtocolError("quantity_form", `must be a plain decimal of at most ${MAX_DIGITS} digits`);
  }
  const [whole = "", fraction = ""] = quantity.split(".");
  if (fraction.length > decimals) {
    throw new ProtocolError("quantity_precision", `at most ${decimals} fraction digits`);
  }
  const amount = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (amount === 0n) throw new ProtocolError("quantity_range", "must be above zero");
  if (amount > MAX_UINT256) throw new ProtocolError("quantity_range", "must fit uint256");
  return amount;
}

/**
 * Base units as the shortest decimal string of whole token units.
 *
 * @example
 * formatQuantity(1_500_000n, 6) === "1.5"
 */
export function formatQuantity(amount: bigint, decimals: number): string {
  checkDecimals(decimals);
  if (amount < 0n) throw new ProtocolError("quantity_range", "must not be negative");
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) {
    throw new ProtocolError("quantity_form", `decimals must be 0 to 255, not ${decimals}`);
  }
}

/** The largest fee a template may take. */
export const MAX_FEE_BPS = 1_000;

/** What a payment leg locks, pays in fees and delivers, in base units: `amount === fee + received`. */
export interface GrossedUp {
  /** `legs[].amount`. */
  amount: bigint;
  /** `legs[].fees[0].amount`; zero means no fee entry. */
  fee: bigint;
  received: bigint;
}

/**
 * Amount of a payment leg for an agreed quantity. The fee is `bps` of the quantity, rounded down; `mode` says who bears it:
 * the seller (receives less), the buyer (pays more), or each half, the odd unit on the buyer.
 *
 * @throws ProtocolError `fee_input` when `bps` is not 0 to 1000 or the quantity not positive, `quantity_range` beyond uint256.
 */
export function grossUp(quantity: bigint, bps: number, mode: FeeMode): GrossedUp {
  if (!Number.isInteger(bps) || bps < 0 || bps > MAX_FEE_BPS) {
    throw new ProtocolError("fee_input", `must be 0 to ${MAX_FEE_BPS}`, { field: "bps" });
  }
  if (quantity <= 0n) throw new ProtocolError("fee_input", "must be above zero", { field: "quantity" });
  const fee = (quantity * BigInt(bps)) / 10_000n;
  const amount = quantity + buyersShare(fee, mode);
  if (amount > MAX_UINT256) throw new ProtocolError("quantity_range", "quantity and fee must fit uint256");
  return { amount, fee, received: amount - fee };
}

function buyersShare(fee: bigint, mode: FeeMode): bigint {
  switch (mode) {
    case "seller_pays":
      return 0n;
    case "buyer_pays":
      return fee;
    case "split":
      return (fee + 1n) / 2n;
    default:
      throw new ProtocolError("fee_input", `unknown fee mode ${String(mode)}`, { field: "fee_mode" });
  }
}
