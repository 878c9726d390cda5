import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Address } from "viem";
import { shortMessage } from "../chains/revert.ts";
import type { CheckName } from "../plan/actions.ts";
import { type Finding, findingSchema, type ScreeningProvider } from "../screening/provider.ts";
import { retrying } from "../screening/retry.ts";
import type { ActContext } from "./context.ts";

export interface Subject {
  name: string | null;
  platform_id: string;
  environment_id: string;
  external_reference: string;
  wallet_address: Address;
  /** Chains on which the wallet deposits or is paid. */
  chainIds: readonly number[];
}

type Screen = (signal: AbortSignal) => Promise<Finding>;

/** What the provider of a check finds about its subject; null when it cannot be asked, does not answer in time, or fails. */
export async function ask(context: ActContext, check: CheckName, subject: Subject): Promise<Finding | null> {
  const { providers, circuits, policy, log } = context;
  // Nobody can be cleared by name who has none, whatever a provider makes of it.
  if (check.checkType === "entity" && isBlank(subject.name)) return unnamed(check.provider);
  const describe = (error: unknown) => withoutSubject(shortMessage(error), subject);
  try {
    const provider = providers.get(check.provider);
    if (provider === undefined) throw new Error(`this relayer has no provider ${check.provider}`);
    const screen = screening(provider, check, subject);
    // However often it is asked again within its time, the circuit counts the check once.
    const answer = () => inTime(policy.providerTimeoutSeconds, async (signal) => understood(await screen(signal)));
    return await circuits.call(check.provider, answer, describe);
  } catch (error) {
    log.error({ ...check, error: describe(error) }, "a check could not be made");
    return null;
  }
}

function screening(provider: ScreeningProvider, { checkType }: CheckName, subject: Subject): Screen {
  const { name, wallet_address: address, chainIds } = subject;
  if (checkType === "entity") {
    if (provider.screenEntity === undefined) throw new Error(`${provider.name} screens no names`);
    return provider.screenEntity.bind(provider, { name: name?.trim() ?? "", key: keyOf(subject) });
  }
  if (provider.screenWallet === undefined) throw new Error(`${provider.name} screens no wallets`);
  return provider.screenWallet.bind(provider, { address, chainIds });
}

function understood(answer: Finding): Finding {
  const found = findingSchema.safeParse(answer);
  // What it says instead is not repeated: it may be about a person.
  if (!found.success) throw new Error(`its answer is none: ${found.error.issues[0]?.path.join(".")}`);
  return found.data;
}

/** A party is its platform's reference and the name that goes with it: namesakes of another platform or reference are others. */
function keyOf({ platform_id, environment_id, external_reference, name }: Subject): string {
  const record = JSON.stringify([platform_id, environment_id, external_reference, name?.trim()]);
  return createHash("sha256").update(record).digest("hex");
}

function isBlank(name: string | null): boolean {
  return name === null || name.trim() === "";
}

function unnamed(provider: string): Finding {
  return { status: "flagged", referenceId: `${provider}:no-name:${randomUUID()}`, riskScore: null, matchedLists: [] };
}

/** One time for all attempts. */
async function inTime<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(seconds * 1000);
  const deadline = performance.now() + seconds * 1000;
  const late = once(signal, "abort").then(() => {
    throw new Error(`no answer within ${seconds} seconds`);
  });
  return Promise.race([retrying(() => work(signal), deadline, signal), late]);
}

/** What a provider says of its failure may repeat whom it was asked about; that is kept nowhere. */
function withoutSubject(text: string, { name, wallet_address }: Subject): string {
  const words = [name?.trim(), wallet_address].filter((word): word is string => word !== undefined && word !== "");
  return words.reduce((rest, word) => rest.replaceAll(new RegExp(literally(word), "gi"), "[subject]"), text);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
