import type { Chain } from "../chains/client.ts";
import { type SimulatedCall, type Simulation, simulate } from "../chains/simulate.ts";
import type { Draft } from "./types.ts";

/** Below the 2^24 that one transaction may have (EIP-7825). */
const GAS_CAP = 16_000_000n;

export type Estimate = Extract<Simulation, { ok: false }> | { ok: true; changed: boolean; gasLimit: bigint };

/**
 * Simulates with all the gas a transaction may have, and again with the limit derived from what it used. A follow-up that runs in a frame
 * of its own succeeds or fails by the gas it gets, so what a node estimates as enough for the outer call would not be enough.
 */
export async function estimate(chain: Chain, call: SimulatedCall, draft: Draft): Promise<Estimate> {
  const block = await chain.client.getBlock();
  const whole = await simulate(chain, call, draft.probes, GAS_CAP, block);
  if (!whole.ok) return whole;
  const gasLimit = min((whole.gasUsed * 5n) / 4n + 50_000n + draft.headroom, GAS_CAP);
  if (!whole.changed) return { ok: true, changed: false, gasLimit };
  const limited = await simulate(chain, call, draft.probes, gasLimit, block);
  const enough = limited.ok && limited.changed && limited.gasUsed >= whole.gasUsed;
  return { ok: true, changed: true, gasLimit: enough ? gasLimit : GAS_CAP };
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
