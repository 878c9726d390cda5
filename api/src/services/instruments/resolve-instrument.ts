import type { Deployment, TokenStandardName } from "@keystoneos/protocol";
import type { LegType } from "@keystoneos/store";
import type { Address } from "viem";
import { TokenUnreadableError } from "../../chain/read-token.ts";
import type { ChainReaders } from "../../chain/readers.ts";
import { ApiError, type Location } from "../../errors/api-error.ts";
import { hasValidChecksum, looksLikeAddress } from "../../schemas/primitives.ts";
import type { Registry, RegistryEntry } from "./find-registry.ts";

/** A token on a chain, and where its facts came from. */
export interface ResolvedInstrument {
  chain_id: number;
  /** Lower case. */
  token_address: Address;
  token_standard: TokenStandardName;
  decimals: number;
  leg_type: LegType | null;
  /** Of an alias that stands for one token id. */
  token_id: string | null;
  /** True when the chain was asked: the answer is worth remembering. */
  readOnChain: boolean;
}

export interface InstrumentRequest {
  instrument_id: string;
  chain_id: number | undefined;
  /** Decides where neither the leg nor the alias does. */
  partyChainId: number | undefined;
  /** The leg, e.g. ["body", "legs", 0]. */
  loc: Location;
}

/** Finds token, chain, standard and decimals of what a leg names. Throws ApiError 422. */
export async function resolveInstrument(
  { deployment, chains, registry }: { deployment: Deployment; chains: ChainReaders; registry: Registry },
  request: InstrumentRequest,
): Promise<ResolvedInstrument> {
  if (request.chain_id !== undefined) assertServed(deployment, request.chain_id, [...request.loc, "chain_id"]);
  if (!looksLikeAddress(request.instrument_id)) {
    const entry = entryOfAlias(registry, request);
    assertServed(deployment, entry.chain_id, [...request.loc, "instrument_id"]);
    return { ...entry, readOnChain: false };
  }
  const address = addressOf(request);
  const chainId = request.chain_id ?? request.partyChainId;
  if (chainId === undefined) throw ambiguous(request, "A token address needs the leg's or the party's chain_id");
  const known = registry.entries.find((entry) => entry.token_address === address && entry.chain_id === chainId);
  if (known !== undefined) return { ...known, token_id: null, readOnChain: false };
  const token = registry.tokens.find((row) => row.token_address === address && row.chain_id === chainId);
  if (token !== undefined) return { ...token, leg_type: null, token_id: null, readOnChain: false };
  return readUnknown(chains, chainId, address, request);
}

/** The alias in the environment's registry, then in the global one. */
function entryOfAlias(registry: Registry, request: InstrumentRequest): RegistryEntry {
  const named = registry.entries.filter((entry) => entry.alias === request.instrument_id);
  const onChain = (chainId: number | undefined) => named.find((entry) => entry.chain_id === chainId);
  const own = named.filter((entry) => entry.own);
  const scope = own.length > 0 ? own : named;
  const chosen =
    request.chain_id !== undefined
      ? onChain(request.chain_id)
      : new Set(scope.map((entry) => entry.chain_id)).size === 1
        ? scope[0]
        : onChain(request.partyChainId);
  if (chosen !== undefined) return chosen;
  if (named.length > 0 && request.chain_id === undefined) {
    throw ambiguous(request, `${request.instrument_id} is registered on several chains; send chain_id`);
  }
  const where = request.chain_id === undefined ? "" : ` on chain ${request.chain_id}`;
  throw new ApiError(
    "instrument_unknown",
    `No instrument ${request.instrument_id}${where}; send an alias or an address`,
    {
      loc: [...request.loc, "instrument_id"],
    },
  );
}

function addressOf(request: InstrumentRequest): Address {
  const { instrument_id: address, loc } = request;
  if (!hasValidChecksum(address) || /^0x0{40}$/.test(address)) {
    throw new ApiError("instrument_unknown", "The token address fails its EIP-55 checksum or is zero; correct it", {
      loc: [...loc, "instrument_id"],
    });
  }
  return address.toLowerCase() as Address;
}

async function readUnknown(
  chains: ChainReaders,
  chainId: number,
  address: Address,
  request: InstrumentRequest,
): Promise<ResolvedInstrument> {
  try {
    const facts = await chains.readToken(chainId, address);
    return { chain_id: chainId, token_address: address, ...facts, leg_type: null, token_id: null, readOnChain: true };
  } catch (error) {
    if (!(error instanceof TokenUnreadableError)) throw error;
    const detail = `The token could not be read on chain ${chainId}: ${error.message}`;
    throw new ApiError("instrument_unverifiable", detail, { loc: [...request.loc, "instrument_id"], cause: error });
  }
}

function ambiguous(request: InstrumentRequest, detail: string): ApiError {
  return new ApiError("instrument_ambiguous", detail, { loc: [...request.loc, "chain_id"] });
}

/** Throws ApiError 422 for a chain that is not of the deployment. */
export function assertServed(deployment: Deployment, chainId: number, loc: Location): void {
  if (deployment.chains.some((chain) => chain.chainId === chainId)) return;
  const served = deployment.chains.map((chain) => chain.chainId).join(", ");
  throw new ApiError("chain_unsupported", `Chain ${chainId} is not served; served are ${served}`, { loc });
}
