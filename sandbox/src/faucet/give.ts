import { formatQuantity } from "@keystoneos/protocol";
import { type Address, formatEther } from "viem";
import type { CallerApi } from "../api/caller-api.ts";
import type { Instrument } from "../api/shapes.ts";
import { chainFailure, type Filled, fillGas, fillToken } from "../chain/fill.ts";
import type { Dependencies } from "../context.ts";
import { SandboxError } from "../errors.ts";
import { groundOf } from "../ground.ts";
import type { FaucetRequest } from "../http/schemas.ts";
import { boundedQuantity } from "../quantity.ts";

/** Whole units of a token that an address is filled up to when it names no quantity. */
const USUAL_QUANTITY = "1000";

export interface Given {
  chain_id: number;
  address: Address;
  gas: { given: string; balance: string; tx_hash: string | null };
  token: {
    token_address: Address;
    token_standard: string;
    decimals: number;
    given: string;
    balance: string;
    tx_hash: string | null;
  } | null;
}

/**
 * Fills an address up: its gas to the floor, and its balance of one test token to `quantity`. What it has counts, so repeated or
 * simultaneous requests give no more than one. Throws SandboxError 409, 422, 503, and what the API says to the caller's token.
 */
export async function give(deps: Dependencies, caller: CallerApi, request: FaucetRequest): Promise<Given> {
  const { chain_id, address } = request;
  const { faucet } = groundOf(deps, chain_id, ["body", "chain_id"]);
  // The API judges the token also where only gas is asked for.
  const instrument = await resolve(caller, request);
  const target =
    instrument === null
      ? 0n
      : boundedQuantity(request.quantity ?? usual(deps), instrument.decimals, deps.maxQuantity, ["body", "quantity"]);
  try {
    const gas = await fillGas(faucet, address, deps.gasFloor);
    const token = instrument && (await fillToken(faucet, instrument.token_address, address, target));
    return {
      chain_id,
      address,
      gas: show(gas, formatEther),
      token: instrument && token && { ...described(instrument), ...show(token, unitsOf(instrument)) },
    };
  } catch (error) {
    throw chainFailure(chain_id, error);
  }
}

async function resolve(caller: CallerApi, request: FaucetRequest): Promise<Instrument | null> {
  const { chain_id, instrument_id, token_address } = request;
  if (instrument_id === undefined && token_address === undefined) {
    await caller.instruments({ chain_id });
    return null;
  }
  const [field, named] =
    instrument_id === undefined
      ? (["token_address", { token_address: token_address as string }] as const)
      : (["instrument_id", { alias: instrument_id }] as const);
  const found = await caller.instruments({ ...named, chain_id });
  // An environment's own entry comes before a global one, as in an instruction.
  const instrument = found.find(({ environment_id }) => environment_id !== null) ?? found[0];
  const loc = ["body", field];
  if (instrument === undefined) {
    const detail = `No instrument of yours or of the deployment has this ${field} on chain ${chain_id}; see GET /v1/instruments`;
    throw new SandboxError(422, "instrument_unknown", detail, { loc });
  }
  if (instrument.token_standard === "ERC-20") return instrument;
  const detail = `The faucet gives ERC-20 tokens; ${instrument.token_standard} tokens are their issuer's to give`;
  throw new SandboxError(422, "token_standard_unsupported", detail, { loc });
}

function usual({ maxQuantity }: Dependencies): string {
  return Number(maxQuantity) < Number(USUAL_QUANTITY) ? maxQuantity : USUAL_QUANTITY;
}

const unitsOf =
  ({ decimals }: Instrument) =>
  (amount: bigint) =>
    formatQuantity(amount, decimals);

function described({ token_address, token_standard, decimals }: Instrument) {
  return { token_address, token_standard, decimals };
}

function show({ given, balance, txHash }: Filled, format: (amount: bigint) => string) {
  return { given: format(given), balance: format(balance), tx_hash: txHash };
}
