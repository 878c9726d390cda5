import { z } from "zod";
import { ConfigError } from "../errors.ts";

/** How a chain's nodes are reached, and how many of them must say the same before it counts. */
export interface RpcConfig {
  /** In the order in which they are asked for what needs only one of them. May hold credentials: never to be shown. */
  urls: readonly string[];
  /** More than half of them, so that no two facts that exclude each other can both have it. */
  quorum: number;
  /** Requests that each node may be sent in a second. */
  requestsPerSecond: number;
  /** For one question, over all attempts. */
  timeoutMs: number;
}

const MAX_URLS = 10;
const url = z.url({ protocol: /^(https?|wss?)$/ });
const rate = z.coerce.number().positive().max(100_000).default(100);

/**
 * Reads `RPC_URLS_<chain id>` (1 to 10 URLs with commas between them), `RPC_QUORUM_<chain id>` (default: the majority) and
 * `RPC_RATE_LIMIT_<chain id>`. Throws ConfigError naming the variable; URLs are never in the message, only their place in the list.
 */
export function readRpcConfig(
  env: Readonly<Record<string, string | undefined>>,
  chainId: number,
  timeoutMs: number,
): RpcConfig {
  const urls = readUrls(`RPC_URLS_${chainId}`, env[`RPC_URLS_${chainId}`]);
  const quorum = readQuorum(`RPC_QUORUM_${chainId}`, env[`RPC_QUORUM_${chainId}`], urls.length);
  const limit = rate.safeParse(env[`RPC_RATE_LIMIT_${chainId}`]);
  if (!limit.success) {
    throw new ConfigError(`RPC_RATE_LIMIT_${chainId}`, "must be a number of requests per second, above 0");
  }
  return { urls, quorum, requestsPerSecond: limit.data, timeoutMs };
}

function readUrls(variable: string, value: string | undefined): string[] {
  if (value === undefined) throw new ConfigError(variable, "is missing");
  const urls = value.split(",").map((entry) => entry.trim());
  if (urls.length > MAX_URLS) throw new ConfigError(variable, `names ${urls.length} nodes; ${MAX_URLS} are the most`);
  const places = new Map<string, number>();
  urls.forEach((entry, index) => {
    if (!url.safeParse(entry).success) {
      throw new ConfigError(variable, `entry ${index + 1} must be an http(s) or ws(s) URL`);
    }
    const first = places.get(nodeOf(entry));
    if (first !== undefined) {
      throw new ConfigError(variable, `entry ${index + 1} is the same node as entry ${first + 1}: it has one voice`);
    }
    places.set(nodeOf(entry), index);
  });
  return urls;
}

/** What is asked, whatever the protocol and whoever asks: with another key it is the same node. */
function nodeOf(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  const secure = protocol === "https:" || protocol === "wss:";
  return `${secure} ${host}${pathname.replace(/\/+$/, "")}`;
}

function readQuorum(variable: string, value: string | undefined, nodes: number): number {
  const majority = Math.floor(nodes / 2) + 1;
  if (value === undefined) return majority;
  const quorum = Number(value);
  if (!Number.isInteger(quorum) || quorum < majority || quorum > nodes) {
    const range = majority === nodes ? `${nodes}` : `${majority} to ${nodes}`;
    throw new ConfigError(variable, `must be ${range}: more than half of the ${nodes} nodes`);
  }
  return quorum;
}
