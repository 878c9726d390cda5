import {
  type Address,
  type Hex,
  hashTypedData,
  hexToBigInt,
  isAddress,
  isAddressEqual,
  keccak256,
  numberToHex,
  parseTransaction,
  serializeSignature,
  serializeTransaction,
  slice,
  stringify,
} from "viem";
import { KeyError } from "../errors.ts";
import type { Key } from "./key.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { signerRpc } from "./remote-rpc.ts";
import { readPublicFile, readSecretFile, readSecretLine } from "./secret-file.ts";
import { serviceUrl } from "./service-url.ts";
import { type RawSignature, signatureOf } from "./signature.ts";
import type { RemoteSource } from "./source.ts";
import type { AttestationTypedData, UnsignedTransaction } from "./types.ts";

/**
 * A key behind web3signer's JSON-RPC (its mode `eth1`), or whatever else speaks it: eth_accounts, eth_signTransaction, eth_signTypedData.
 * Of what it answers only the numbers r and s are used, and only when they sign what was asked: the signed bytes are built here. So the
 * worst that it can do is not to sign. web3signer takes the chain of a transaction from its own configuration and never from the request,
 * so that there is one per chain: `{chain_id}` in the address says which.
 */
export async function remoteKey(
  source: RemoteSource,
  chainIds: readonly number[],
  limits: Limits = LIMITS,
): Promise<Key> {
  const { address, client } = source;
  const rpc = signerRpc(
    {
      token: source.tokenFile === null ? null : await readSecretLine("token-file", source.tokenFile),
      ca: source.caFile === null ? null : await readPublicFile("ca-file", source.caFile),
      client:
        client === null
          ? null
          : {
              cert: await readPublicFile("cert-file", client.certFile),
              key: await readSecretFile("key-file", client.keyFile),
            },
    },
    limits,
  );
  const call = (chainId: number, method: string, params: readonly unknown[]) => {
    const url = serviceUrl(source.url, chainId);
    if (url === null) throw new KeyError("the remote signer's address is none to send anything to");
    return rpc(url, method, params);
  };
  const check = async () => {
    // Without {chain_id} one signer stands for all chains, and is asked once.
    const asked = source.url.includes("{chain_id}") ? chainIds : chainIds.slice(0, 1);
    await Promise.all(
      asked.map(async (chainId) => {
        const accounts = await call(chainId, "eth_accounts", []);
        if (!holds(accounts, address))
          throw new KeyError(`the remote signer for chain ${chainId} does not have the key`);
      }),
    );
  };
  await check();
  return {
    address,
    check,
    async signTransaction(transaction) {
      const answer = await call(transaction.chainId, "eth_signTransaction", [requestOf(address, transaction)]);
      const raw = rawSignatureIn(answer, transaction);
      const digest = keccak256(serializeTransaction(transaction));
      return serializeTransaction(transaction, await signatureOf(address, digest, raw));
    },
    async signTypedData(typedData) {
      const answer = await call(Number(typedData.domain.chainId), "eth_signTypedData", [address, jsonOf(typedData)]);
      if (typeof answer !== "string" || !/^0x[0-9a-fA-F]{130}$/.test(answer)) {
        throw new KeyError("the remote signer answered no signature");
      }
      const raw = { r: hexToBigInt(slice(answer as Hex, 0, 32)), s: hexToBigInt(slice(answer as Hex, 32, 64)) };
      return serializeSignature(await signatureOf(address, hashTypedData(typedData), raw));
    },
  };
}

function holds(accounts: unknown, address: Address): boolean {
  return (
    Array.isArray(accounts) &&
    accounts.some((account) => isAddress(String(account), { strict: false }) && isAddressEqual(account, address))
  );
}

function requestOf(from: Address, transaction: UnsignedTransaction) {
  const { chainId, nonce, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const numbers = { chainId, nonce, value, gas, maxFeePerGas, maxPriorityFeePerGas };
  const quantities = Object.entries(numbers).map(([name, number]) => [name, numberToHex(number)]);
  return { from, to, data, ...Object.fromEntries(quantities) };
}

/** The signature in a signed transaction. The fields are compared to say what is wrong: whether it signs ours is judged by the signature. */
function rawSignatureIn(answer: unknown, asked: UnsignedTransaction): RawSignature {
  const signed = parsed(answer);
  if (signed?.type !== "eip1559" || signed.r === undefined || signed.s === undefined) {
    throw new KeyError("the remote signer answered no signed transaction of type 2");
  }
  for (const name of Object.keys(asked) as (keyof UnsignedTransaction)[]) {
    if (normal(name, signed[name]) === normal(name, asked[name])) continue;
    const hint =
      name === "chainId" ? " (a web3signer signs for one chain: name each by {chain_id} in its address)" : "";
    throw new KeyError(`the remote signer answered a transaction with another ${name}${hint}`);
  }
  return { r: hexToBigInt(signed.r), s: hexToBigInt(signed.s) };
}

function parsed(answer: unknown) {
  try {
    return parseTransaction(answer as `0x02${string}`);
  } catch {
    return null;
  }
}

/** RLP knows no zero and no empty bytes: they are left out. */
function normal(name: keyof UnsignedTransaction, value: unknown): string {
  return String(value ?? (name === "data" ? "0x" : 0)).toLowerCase();
}

/** As wallets send it: the domain's type among the types, numbers beyond JSON's as decimal strings. */
function jsonOf({ domain, types, primaryType, message }: AttestationTypedData): string {
  const EIP712Domain = [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ];
  return stringify({ types: { EIP712Domain, ...types }, domain, primaryType, message });
}
