import type { Address } from "viem";

/** Uniswap's Permit2, at this address on every public chain: the escrow calls it for deposits by signature. */
export const PERMIT2: Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
