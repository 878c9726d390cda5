import { erc20Abi } from "@keystoneos/protocol/abi";
import { type Address, BaseError, ExecutionRevertedError, encodeFunctionData, parseAbi } from "viem";
import { SandboxError } from "../errors.ts";
import { shortMessage } from "../log.ts";
import type { Account, Send } from "./account.ts";

/** What an address got, and has now. Base units, or wei. */
export interface Filled {
  given: bigint;
  balance: bigint;
  /** Of the transaction that gave; null where nothing was missing. */
  txHash: `0x${string}` | null;
}

const mintAbi = parseAbi(["function mint(address to, uint256 amount)"]);

/** Whatever code stands at the token's address, it costs the faucet no more than this. */
const TOKEN_GAS = 300_000n;
/** A wallet may be a contract, which is told of what it gets. */
const VALUE_GAS = 100_000n;

/** Has `holder` hold at least `floor` wei. What it has already counts, so that a repetition gives nothing. Throws SandboxError. */
export function fillGas(faucet: Account, holder: Address, floor: bigint): Promise<Filled> {
  const { client } = faucet.chain;
  return faucet.alone(async (send) => {
    const before = await client.getBalance({ address: holder });
    if (before >= floor) return { given: 0n, balance: before, txHash: null };
    if ((await client.getBalance({ address: faucet.address })) <= floor) throw emptyOf("gas", faucet);
    const value = floor - before;
    const { transactionHash } = await send({ to: holder, value, gas: VALUE_GAS }).catch((error: unknown) => {
      if (!isRevert(error)) throw error;
      const detail = "The address is a contract that takes no ether; name a wallet that can pay for its transactions";
      throw new SandboxError(422, "gas_not_taken", detail, { loc: ["body", "address"], cause: error });
    });
    return { given: value, balance: await client.getBalance({ address: holder }), txHash: transactionHash };
  });
}

/**
 * Has `holder` hold at least `target` base units of an ERC-20 token: by its public mint, else out of the faucet's own stock. What it has
 * already counts. Throws SandboxError 409 `faucet_empty` where there is neither.
 */
export function fillToken(faucet: Account, token: Address, holder: Address, target: bigint): Promise<Filled> {
  const balanceOf = (address: Address) =>
    faucet.chain.client.readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [address] });
  return faucet.alone(async (send) => {
    const before = await balanceOf(holder);
    if (before >= target) return { given: 0n, balance: before, txHash: null };
    const missing = target - before;
    const minted = await mint(send, token, holder, missing);
    // Some tokens take any call and do nothing.
    if (minted !== null && (await balanceOf(holder)) >= target) return given(minted);
    if ((await balanceOf(faucet.address)) < missing) throw emptyOf(`token ${token}`, faucet);
    const data = encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [holder, missing] });
    return given((await send({ to: token, data, gas: TOKEN_GAS })).transactionHash);

    async function given(txHash: `0x${string}`): Promise<Filled> {
      const balance = await balanceOf(holder);
      if (balance >= target) return { given: balance - before, balance, txHash };
      throw new SandboxError(422, "token_not_given", `The token ${token} did not give what it was asked for`);
    }
  });
}

/** Whether `fillToken` could give so much to an address that has nothing. Sends nothing. */
export async function canFillToken(faucet: Account, token: Address, holder: Address, amount: bigint): Promise<boolean> {
  const { client } = faucet.chain;
  const call = { address: token, account: faucet.address, gas: TOKEN_GAS } as const;
  const mints = await client
    .simulateContract({ ...call, abi: mintAbi, functionName: "mint", args: [holder, amount] })
    .then(
      () => true,
      () => false,
    );
  if (mints) return true;
  const stock = await client.readContract({
    ...call,
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [faucet.address],
  });
  return stock >= amount;
}

/** Null where the token has no mint for everybody. */
async function mint(send: Send, token: Address, holder: Address, amount: bigint): Promise<`0x${string}` | null> {
  const data = encodeFunctionData({ abi: mintAbi, functionName: "mint", args: [holder, amount] });
  return send({ to: token, data, gas: TOKEN_GAS }).then(
    ({ transactionHash }) => transactionHash,
    (error: unknown) => {
      if (isRevert(error)) return null;
      throw error;
    },
  );
}

function isRevert(error: unknown): boolean {
  return error instanceof BaseError && error.walk((cause) => cause instanceof ExecutionRevertedError) !== null;
}

function emptyOf(what: string, { address, chain }: Account): SandboxError {
  const detail = `The faucet ${address} has not enough ${what} on chain ${chain.chainId}; ask its operator to fill it`;
  return new SandboxError(409, "faucet_empty", detail);
}

/** What a node or a token said when it could not be asked, as an answer to the caller. */
export function chainFailure(chainId: number, error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  return new SandboxError(503, "chain_unavailable", `Chain ${chainId}: ${shortMessage(error)}`, {
    headers: { "Retry-After": "2" },
    cause: error,
  });
}
