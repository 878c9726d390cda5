import { type FeeMode, grossUp, ProtocolError, parseQuantity, type TemplateConfig } from "@keystoneos/protocol";
import type { InstructionLegJson } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { ApiError, type Location } from "../../errors/api-error.ts";
import { ValidationError } from "../../errors/validation.ts";
import type { InstructionLegInput } from "../../schemas/instruction.ts";
import { findRegistry } from "../instruments/find-registry.ts";
import { type ResolvedInstrument, resolveInstrument } from "../instruments/resolve-instrument.ts";

/** Legs as they are stored, and the tokens that the chain was asked about for them. */
export interface ResolvedLegs {
  legs: InstructionLegJson[];
  learned: ResolvedInstrument[];
}

/** A leg as sent, and the chain of the party that lists it. */
export interface SentLeg {
  leg: InstructionLegInput;
  partyChainId: number | null | undefined;
}

/** Resolves legs, in the order of the body, to a token, a chain and base units. Throws ApiError 422, ValidationError. */
export async function resolveLegs(
  deps: Dependencies,
  environmentId: string,
  sent: readonly SentLeg[],
  fees: { bps: number; mode: FeeMode },
): Promise<ResolvedLegs> {
  const registry = await findRegistry(
    deps.db,
    environmentId,
    sent.map(({ leg }) => leg.instrument_id),
  );
  const legs: InstructionLegJson[] = [];
  const learned: ResolvedInstrument[] = [];
  for (const [index, { leg, partyChainId }] of sent.entries()) {
    const loc = ["body", "legs", index];
    const instrument = await resolveInstrument(
      { deployment: deps.deployment, chains: deps.chains, registry },
      {
        instrument_id: leg.instrument_id,
        chain_id: leg.chain_id ?? undefined,
        partyChainId: partyChainId ?? undefined,
        loc,
      },
    );
    legs.push(resolveLeg(leg, instrument, fees, loc));
    if (instrument.readOnChain) learned.push(instrument);
  }
  return { legs, learned };
}

function resolveLeg(
  leg: InstructionLegInput,
  instrument: ResolvedInstrument,
  fees: { bps: number; mode: FeeMode },
  loc: Location,
): InstructionLegJson {
  const tokenId = checkStandard(leg, instrument, loc);
  const resolved: InstructionLegJson = {
    instrument_id: leg.instrument_id,
    quantity: leg.quantity,
    direction: leg.direction,
    leg_type: leg.leg_type ?? null,
    default_leg_type: instrument.leg_type ?? "asset_delivery",
    chain_id: instrument.chain_id,
    token_address: instrument.token_address,
    token_standard: instrument.token_standard,
    token_id: tokenId,
    partition: leg.partition ?? null,
    decimals: instrument.decimals,
    // A deed is one, however many digits its registry entry gives it.
    amount:
      instrument.token_standard === "ERC-721" ? "1" : baseUnits(leg.quantity, instrument.decimals, loc).toString(),
    external_reference: leg.external_reference ?? null,
  };
  if ((resolved.leg_type ?? resolved.default_leg_type) === "payment") checkGrossUp(resolved, fees, loc);
  return resolved;
}

/** Checks what the token's standard demands of a leg; returns the token id to store. */
function checkStandard(leg: InstructionLegInput, instrument: ResolvedInstrument, loc: Location): string | null {
  const { token_standard: standard } = instrument;
  if (leg.token_standard != null && leg.token_standard !== standard) {
    throw new ApiError("instrument_unverifiable", `The token is ${standard}, not ${leg.token_standard}`, {
      loc: [...loc, "token_standard"],
    });
  }
  if (leg.partition != null && standard !== "ERC-1400") {
    const msg = `A partition is for ERC-1400 tokens; this one is ${standard}`;
    throw new ValidationError([{ loc: [...loc, "partition"], msg, type: "partition_forbidden" }]);
  }
  if (leg.partition == null && standard === "ERC-1400") {
    throw new ApiError("partition_required", "An ERC-1400 leg needs a partition", { loc: [...loc, "partition"] });
  }
  const tokenId = leg.token_id ?? instrument.token_id;
  if (standard !== "ERC-721" && standard !== "ERC-1155") {
    if (tokenId === null) return null;
    throw new ApiError("token_id_forbidden", `${standard} tokens have no token_id`, { loc: [...loc, "token_id"] });
  }
  if (tokenId === null) {
    throw new ApiError("token_id_required", `An ${standard} leg needs a token_id`, { loc: [...loc, "token_id"] });
  }
  if (instrument.token_id !== null && tokenId !== instrument.token_id) {
    throw new ApiError("token_id_forbidden", `The instrument stands for token id ${instrument.token_id}`, {
      loc: [...loc, "token_id"],
    });
  }
  if (standard === "ERC-721" && leg.quantity !== "1") {
    throw new ApiError("quantity_out_of_range", "The quantity of an ERC-721 token is 1", { loc: [...loc, "quantity"] });
  }
  return tokenId;
}

function baseUnits(quantity: string, decimals: number, loc: Location): bigint {
  try {
    return parseQuantity(quantity, decimals);
  } catch (error) {
    throw quantityFault(error, `The token has ${decimals} decimals; send at most that many fraction digits`, loc);
  }
}

/** What is locked for a payment includes the buyer's share of the fee, and must fit too. */
function checkGrossUp(leg: InstructionLegJson, fees: { bps: number; mode: FeeMode }, loc: Location): void {
  try {
    grossUp(BigInt(leg.amount), fees.bps, fees.mode);
  } catch (error) {
    throw quantityFault(error, "", loc);
  }
}

function quantityFault(error: unknown, precision: string, loc: Location): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const at = { loc: [...loc, "quantity"] };
  if (error.code === "quantity_precision") return new ApiError("quantity_precision", precision, at);
  return new ApiError("quantity_out_of_range", "The quantity, fees included, exceeds 2^256-1 base units", at);
}

/** What a template's fees come to for a trade: its own mode, else the template's. */
export function feesOf(config: TemplateConfig, mode: FeeMode | null | undefined): { bps: number; mode: FeeMode } {
  return { bps: config.fees.bps, mode: mode ?? config.fees.default_mode };
}
