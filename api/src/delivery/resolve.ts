import { lookup, Resolver } from "node:dns/promises";

interface Address {
  address: string;
  family: number;
}

/** The addresses of a host; none when it has no name. */
export type Resolve = (hostname: string) => Promise<Address[]>;

/** Of one try at one server; a name that takes two tries still leaves time for the message. */
const TRY_MS = 2_000;
const TRIES = 2;

/**
 * Asks name servers itself, those of the system unless others are given. The system's own lookup runs on a few threads that the whole
 * process shares, so that strangers whose name servers never answer would stop every other message, and every check of a token.
 */
export function askNameServers(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return [...addresses(v4, 4), ...addresses(v6, 6)];
  };
}

/** Asks as every other program of this machine does, which knows its own names. Only where no stranger chooses what is asked for. */
export const askSystem: Resolve = (hostname) => lookup(hostname, { all: true });

function addresses(answer: PromiseSettledResult<string[]>, family: number): Address[] {
  return answer.status === "fulfilled" ? answer.value.map((address) => ({ address, family })) : [];
}
