import type { TokenStandardName } from "@keystoneos/protocol";
import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  type PublicClient,
  parseAbi,
} from "viem";

export interface TokenFacts {
  token_standard: TokenStandardName;
  decimals: number;
}

/** The address could not be read as a token: no node, no code, or nothing there that counts its units. */
export class TokenUnreadableError extends Error {
  override readonly name: string = "TokenUnreadableError";
}

/** Nobody answered for the chain, so that nothing is known of the token. */
export class ChainSilentError extends TokenUnreadableError {
  override readonly name = "ChainSilentError";
}

const probeAbi = parseAbi([
  "function supportsInterface(bytes4 interfaceId) view returns (bool)",
  "function balanceOfByPartition(bytes32 partition, address tokenHolder) view returns (uint256)",
  "function identityRegistry() view returns (address)",
  "function compliance() view returns (address)",
  "function decimals() view returns (uint8)",
]);

const ERC165 = "0x01ffc9a7";
const NOT_ERC165 = "0xffffffff";
const INTERFACES = { "ERC-721": "0x80ac58cd", "ERC-1155": "0xd9b67a26" };
const SOMEBODY = "0x0000000000000000000000000000000000000001";
const SOME_PARTITION = `0x${"0".repeat(64)}`;
const MAX_DECIMALS = 77;

/**
 * Standard and decimals of a token from the chain: ERC-165 tells 721 and 1155, partitions tell 1400, an identity registry with a
 * compliance contract tells 3643, `decimals` alone is an ERC-20. Throws TokenUnreadableError.
 */
export async function readToken(client: PublicClient, address: Address): Promise<TokenFacts> {
  const probe = prober(client, address);
  try {
    const code = await client.getCode({ address });
    if (code === undefined || code === "0x") throw new TokenUnreadableError("there is no contract at this address");
    for (const [token_standard, id] of Object.entries(INTERFACES)) {
      if ((await probe("supportsInterface", [id])) !== true) continue;
      // The escrow refuses such a token as anything else, so it must not pass for an ERC-20 here.
      if (!(await speaksErc165(probe)))
        throw new TokenUnreadableError(`the contract contradicts itself about ${token_standard}`);
      return { token_standard: token_standard as TokenStandardName, decimals: 0 };
    }
    const decimals = await probe("decimals", []);
    if (typeof decimals !== "number") throw new TokenUnreadableError("the contract does not answer decimals()");
    if (decimals > MAX_DECIMALS) throw new TokenUnreadableError(`the contract has ${decimals} decimals`);
    return { token_standard: await fungibleStandard(probe), decimals };
  } catch (error) {
    if (error instanceof TokenUnreadableError) throw error;
    throw new ChainSilentError("the chain's node did not answer", { cause: error });
  }
}

type Probe = (functionName: string, args: readonly unknown[]) => Promise<unknown>;

/** A call that the contract refuses or does not know is undefined; a node that does not answer throws. */
function prober(client: PublicClient, address: Address): Probe {
  return async (functionName, args) => {
    try {
      return await client.readContract({ address, abi: probeAbi as Abi, functionName, args });
    } catch (error) {
      if (isContractsAnswer(error)) return undefined;
      throw error;
    }
  };
}

async function speaksErc165(probe: Probe): Promise<boolean> {
  return (
    (await probe("supportsInterface", [ERC165])) === true && (await probe("supportsInterface", [NOT_ERC165])) === false
  );
}

async function fungibleStandard(probe: Probe): Promise<TokenStandardName> {
  if (typeof (await probe("balanceOfByPartition", [SOME_PARTITION, SOMEBODY])) === "bigint") return "ERC-1400";
  const [registry, compliance] = [await probe("identityRegistry", []), await probe("compliance", [])];
  return typeof registry === "string" && typeof compliance === "string" ? "ERC-3643" : "ERC-20";
}

function isContractsAnswer(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const cause = error.walk(
    (inner) => inner instanceof ContractFunctionRevertedError || inner instanceof ContractFunctionZeroDataError,
  );
  if (cause !== null) return true;
  // Data that does not decode is an answer too: the contract means something else by that name.
  return error.walk((inner) => inner instanceof BaseError && /^(Abi|Position|Slice|Invalid)/.test(inner.name)) !== null;
}
