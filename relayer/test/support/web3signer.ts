import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import {
  type Address,
  getAddress,
  type Hex,
  hexToBigInt,
  hexToNumber,
  isAddressEqual,
  serializeTransaction,
  type TypedDataDefinition,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";

type Answer = { result: unknown } | { code: number };
interface Call {
  method: string;
  params: unknown[];
}

export type Web3Signer = Awaited<ReturnType<typeof startWeb3Signer>>;

const quantity = z.string().regex(/^0x(0|[1-9a-f][0-9a-f]*)$/);
const transactionSchema = z.object({
  from: z.string(),
  to: z.string(),
  data: z.string().regex(/^0x([0-9a-f]{2})*$/i),
  nonce: quantity,
  value: quantity,
  gas: quantity,
  maxFeePerGas: quantity,
  maxPriorityFeePerGas: quantity,
});

/**
 * web3signer in its mode `eth1`, as far as signing goes: JSON-RPC at the root, errors in the body of a 4xx, and the chain of a transaction
 * from its own configuration, whatever the request says.
 */
export async function startWeb3Signer({
  keys,
  chainId,
  tls,
}: {
  keys: readonly Hex[];
  /** Of what is asked below this path: `/1` is the signer of chain 1. One number: the signer at the root. */
  chainId: number | "path";
  tls?: ServerOptions;
}) {
  const accounts = keys.map((key) => privateKeyToAccount(key));
  const calls: (Call & { authorization: string | undefined; path: string })[] = [];
  const state = {
    calls,
    /** What is done to a request before it is signed. */
    tamper: (call: Call): Call => call,
    /** What is done to a result before it is answered. */
    forge: (result: unknown): unknown => result,
    /** Answers in its place, one a request. */
    replies: [] as ((response: ServerResponse) => void)[],
  };

  const perform = async ({ method, params }: Call, chain: number): Promise<Answer> => {
    const signer = (address: unknown) => accounts.find((each) => isAddressEqual(each.address, address as Address));
    switch (method) {
      case "eth_accounts":
        return { result: accounts.map((account) => account.address.toLowerCase()).sort() };
      case "eth_signTransaction": {
        const asked = transactionSchema.safeParse(params[0]);
        if (params.length !== 1 || !asked.success) return { code: -32602 };
        const account = signer(asked.data.from);
        if (account === undefined) return { code: -32000 };
        const { to, data, ...numbers } = asked.data;
        const transaction = {
          type: "eip1559" as const,
          chainId: chain,
          to: getAddress(to),
          data: data as Hex,
          nonce: hexToNumber(numbers.nonce as Hex),
          value: hexToBigInt(numbers.value as Hex),
          gas: hexToBigInt(numbers.gas as Hex),
          maxFeePerGas: hexToBigInt(numbers.maxFeePerGas as Hex),
          maxPriorityFeePerGas: hexToBigInt(numbers.maxPriorityFeePerGas as Hex),
        };
        return { result: await account.signTransaction(transaction, { serializer: serializeTransaction }) };
      }
      case "eth_signTypedData": {
        const account = signer(params[0]);
        if (account === undefined) return { code: -32000 };
        if (params.length !== 2 || typeof params[1] !== "string") return { code: -32602 };
        const typedData = JSON.parse(params[1]) as TypedDataDefinition & { types: { EIP712Domain?: unknown } };
        if (typedData.types.EIP712Domain === undefined) return { code: -32602 };
        return { result: await account.signTypedData(typedData) };
      }
      default:
        return { code: -32601 };
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray()).toString("utf8");
    const path = request.url ?? "/";
    const { id, method, params } = JSON.parse(body) as Call & { id: number };
    calls.push({ method, params, authorization: request.headers.authorization, path });
    const reply = state.replies.shift();
    if (reply !== undefined) return reply(response);
    if (request.method !== "POST" || request.headers["content-type"] !== "application/json")
      return response.writeHead(415).end();
    const chain = chainId === "path" ? Number(path.slice(1)) : chainId;
    const answer = await perform(state.tamper({ method, params }), chain);
    response.setHeader("content-type", "application/json");
    if ("code" in answer) {
      response.writeHead(400).end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: answer.code, message: body } }));
    } else response.end(JSON.stringify({ jsonrpc: "2.0", id, result: state.forge(answer.result) }));
  };
  const server = tls === undefined ? createHttp(handle) : createHttps(tls, handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  });
}
