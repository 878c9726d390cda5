import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Address } from "viem";
import { shortMessage } from "../chains/revert.ts";
import type { CheckName } from "../plan/actions.ts";
import { type Finding, findingSchema } from "../screening/provider.ts";
import type { ActContext } from "./context.ts";

export interface Subject {
  name: string | null;
  wallet_address: Address;
  chain_id: bigint | null;
}

/** What the provider of a check finds about its subject; null when it cannot be asked, does not answer in time, or fails. */
export async function ask(context: ActContext, check: CheckName, subject: Subject): Promise<Finding | null> {
  const { providers, circuits, policy, log } = context;
  // Nobody can be cleared by name who has none, whatever a provider makes of it.
  if (check.checkType === "entity" && isBlank(subject.name)) return unnamed(check.provider);
  const describe = (error: unknown) => withoutSubject(shortMessage(error), subject);
  try {
    const provider = providers.get(check.provider);
    if (provider === undefined) throw new Error("no such provider is configured");
    const chainId = subject.chain_id === null ? null : Number(subject.chain_id);
    const screen = async (signal: AbortSignal) => {
      const answer =
        check.checkType === "entity"
          ? await provider.screenEntity({ name: subject.name ?? "" }, signal)
          : await provider.screenWallet({ address: subject.wallet_address, chainId }, signal);
      const found = findingSchema.safeParse(answer);
      // What it says instead is not repeated: it may be about a person.
      if (!found.success) throw new Error(`its answer is none: ${found.error.issues[0]?.path.join(".")}`);
      return found.data;
    };
    return await circuits.call(check.provider, () => inTime(policy.providerTimeoutSeconds, screen), describe);
  } catch (error) {
    log.error({ ...check, error: describe(error) }, "a check could not be made");
    return null;
  }
}

function isBlank(name: string | null): boolean {
  return name === null || name.trim() === "";
}

function unnamed(provider: string): Finding {
  return { status: "flagged", referenceId: `${provider}:no-name:${randomUUID()}`, riskScore: null, matchedLists: [] };
}

async function inTime<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(seconds * 1000);
  const late = once(signal, "abort").then(() => {
    throw new Error(`no answer within ${seconds} seconds`);
  });
  return Promise.race([work(signal), late]);
}

/** What a provider says of its failure may repeat whom it was asked about; that is kept nowhere. */
function withoutSubject(text: string, { name, wallet_address }: Subject): string {
  const words = [name?.trim(), wallet_address].filter((word): word is string => word !== undefined && word !== "");
  return words.reduce((rest, word) => rest.replaceAll(new RegExp(literally(word), "gi"), "[subject]"), text);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
