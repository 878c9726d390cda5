import { ChainSilentError, type TokenFacts, TokenUnreadableError } from "../../chain/read-token.ts";
import type { ChainReaders } from "../../chain/readers.ts";
import { ApiError, type Location } from "../../errors/api-error.ts";
import type { InstrumentCreate } from "../../schemas/instrument.ts";

/**
 * Whether the chain says of a token what the caller does; false when no node answers. Throws ApiError 422 instrument_unverifiable
 * when it says otherwise.
 */
export async function verifyInstrument(chains: ChainReaders, stated: InstrumentCreate): Promise<boolean> {
  const facts = await read(chains, stated);
  if (facts === null) return false;
  for (const field of ["token_standard", "decimals"] as const) {
    if (facts[field] === stated[field]) continue;
    throw contradiction(`The token on chain ${stated.chain_id} has the ${field} ${facts[field]}`, ["body", field]);
  }
  return true;
}

/** What the chain says; null when it says nothing. */
async function read(chains: ChainReaders, { chain_id, token_address }: InstrumentCreate): Promise<TokenFacts | null> {
  try {
    return await chains.readToken(chain_id, token_address);
  } catch (error) {
    if (error instanceof ChainSilentError) return null;
    if (!(error instanceof TokenUnreadableError)) throw error;
    throw contradiction(`The token could not be read on chain ${chain_id}: ${error.message}`, [
      "body",
      "token_address",
    ]);
  }
}

function contradiction(detail: string, loc: Location): ApiError {
  return new ApiError("instrument_unverifiable", detail, { loc });
}
