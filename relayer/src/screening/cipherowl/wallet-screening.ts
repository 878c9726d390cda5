import { randomUUID } from "node:crypto";
import type { Address } from "viem";
import { z } from "zod";
import type { Finding, ScreeningProvider, WalletSubject } from "../provider.ts";
import { type ProviderAnswer, refusal, request } from "../request.ts";
import { type ClientCredentials, tokenSource } from "./token.ts";

const NAME = "cipherowl";
/** Their key of the whole EVM family, and every chain here is of it: one verdict holds for all chains on which a wallet acts. */
const CHAIN = "evm";
/** Their worst of four bands. */
const WORST_BAND = "Severe Risk";
const MOST_LISTS = 20;

const label = z.string().max(100);
const screenSchema = z.object({
  chain: z.literal(CHAIN),
  address: z.string(),
  foundRisk: z.boolean(),
  config: label.nullish(),
  version: label.nullish(),
});
const scoreSchema = z.object({
  chain: z.literal(CHAIN),
  address: z.string(),
  riskScore: z.number().min(0).max(100).nullish(),
  riskBand: z.string().nullish(),
  breakdown: z
    .array(z.object({ category: z.string().nullish() }))
    .max(10_000)
    .nullish(),
});

/**
 * CipherOwl's wallet screening: a verdict, and where it finds a risk the score and the categories behind it, by the risk configuration
 * that the verdict was found with. No risk is a pass, the worst band a fail, any other risk is flagged.
 */
export function cipherOwl(credentials: ClientCredentials) {
  const tokens = tokenSource(credentials);

  /** Once more with a fresh token where one was refused. */
  const ask = async (path: string, signal: AbortSignal): Promise<ProviderAnswer> => {
    const url = new URL(`${credentials.url}/api/${path}`);
    const send = async () => {
      const token = await tokens.get(signal);
      const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
      const answer = await request({ method: "GET", url, headers }, signal);
      if (answer.status === 401) tokens.forget(token);
      return answer;
    };
    const first = await send();
    return first.status === 401 ? send() : first;
  };

  /** Null where the plan has no scores: that a risk was found is known already. */
  const score = async (address: Address, config: string | null | undefined, signal: AbortSignal) => {
    const query = config === null || config === undefined ? "" : `?config=${encodeURIComponent(config)}`;
    const answer = await ask(`reason/v2/chains/${CHAIN}/addresses/${address}/risk-score${query}`, signal);
    return answer.status === 403 || answer.status === 404 ? null : read(scoreSchema, "the risk score", address, answer);
  };

  return {
    name: NAME,
    async screenWallet({ address }: WalletSubject, signal: AbortSignal): Promise<Finding> {
      const answer = await ask(`screen/v1/chains/${CHAIN}/addresses/${address}`, signal);
      const { foundRisk, config, version } = read(screenSchema, "the screening", address, answer);
      const referenceId = [NAME, config ?? "", version ?? "", randomUUID()].join(":");
      if (!foundRisk) return { status: "pass", referenceId, riskScore: null, matchedLists: [] };
      const detail = await score(address, config, signal);
      return {
        status: detail?.riskBand === WORST_BAND ? "fail" : "flagged",
        referenceId,
        riskScore: detail?.riskScore ?? null,
        matchedLists: categoriesOf(detail),
      };
    },
  } satisfies ScreeningProvider;
}

function categoriesOf(detail: z.infer<typeof scoreSchema> | null): Finding["matchedLists"] {
  const names = (detail?.breakdown ?? []).map(({ category }) => category?.trim().slice(0, 100) ?? "");
  return [...new Set(names.filter((name) => name !== ""))].sort().slice(0, MOST_LISTS);
}

function read<T extends z.ZodType<{ address: string }>>(
  schema: T,
  what: string,
  address: Address,
  answer: ProviderAnswer,
): z.infer<T> {
  if (answer.body === null) throw refusal(what, answer);
  const parsed = schema.safeParse(answer.body);
  if (!parsed.success) throw new Error(`the answer to ${what} is none: ${parsed.error.issues[0]?.path.join(".")}`);
  if (parsed.data.address.toLowerCase() !== address.toLowerCase()) throw new Error(`${what} is of another address`);
  return parsed.data;
}
