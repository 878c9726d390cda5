import { type Address, type Hex, numberToHex } from "viem";
import type { Chain } from "./client.ts";
import { decodeRevert, type RevertReason, revertData, shortMessage } from "./revert.ts";

export interface SimulatedCall {
  from: Address;
  to: Address;
  data: Hex;
  value: bigint;
}

/** A view that must answer differently after the call, or the call would change nothing. */
export interface Probe {
  to: Address;
  data: Hex;
}

export type Simulation =
  | { ok: true; gasUsed: bigint; changed: boolean }
  /** The contract refused. */
  | { ok: false; refused: true; reason: RevertReason }
  /** The node could not answer. */
  | { ok: false; refused: false; error: string };

interface RawCall {
  returnData: Hex;
  gasUsed: Hex;
  status: Hex;
}

/**
 * Runs probes, the call and the probes again on top of the newest block, as if mined one second later. Where a node has no
 * eth_simulateV1, the call alone is run and counts as a change.
 */
export async function simulate(
  chain: Chain,
  call: SimulatedCall,
  probes: readonly Probe[],
  gas: bigint,
): Promise<Simulation> {
  try {
    const block = await chain.client.getBlock();
    const asked = probes.map(({ to, data }) => ({ to, data }));
    const tested = {
      from: call.from,
      to: call.to,
      data: call.data,
      value: numberToHex(call.value),
      gas: numberToHex(gas),
    };
    const payload = {
      blockStateCalls: [
        { blockOverrides: { time: numberToHex(block.timestamp + 1n) }, calls: [...asked, tested, ...asked] },
      ],
    };
    const request = { method: "eth_simulateV1", params: [payload, numberToHex(block.number)] };
    const [result] = (await chain.client.request(request as never)) as unknown as [{ calls: RawCall[] }];
    const answers = result.calls;
    const outcome = answers[probes.length];
    if (outcome === undefined) return { ok: false, refused: false, error: "eth_simulateV1 gave no answer" };
    if (outcome.status !== "0x1") return { ok: false, refused: true, reason: decodeRevert(outcome.returnData) };
    const changed =
      probes.length === 0 ||
      probes.some((_, index) => answers[index]?.returnData !== answers[probes.length + 1 + index]?.returnData);
    return { ok: true, gasUsed: BigInt(outcome.gasUsed), changed };
  } catch (error) {
    if (isUnsupported(error)) return callOnly(chain, call, gas);
    return { ok: false, refused: false, error: shortMessage(error) };
  }
}

async function callOnly(chain: Chain, call: SimulatedCall, gas: bigint): Promise<Simulation> {
  const { from: account, to, data, value } = call;
  try {
    await chain.client.call({ account, to, data, value, gas });
    return { ok: true, gasUsed: await chain.client.estimateGas({ account, to, data, value }), changed: true };
  } catch (error) {
    const reason = revertData(error);
    if (reason === undefined) return { ok: false, refused: false, error: shortMessage(error) };
    return { ok: false, refused: true, reason: decodeRevert(reason) };
  }
}

function isUnsupported(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === -32601 || code === -32004 || /method not found|not supported/i.test(shortMessage(error));
}
