import { checkChain } from "../chain/chain.ts";
import type { Dependencies } from "../context.ts";
import type { Rounds } from "../counterparty/rounds.ts";
import { shortMessage } from "../log.ts";

/** A round that takes longer than this is stuck. */
const STALE_MS = 60_000;

/** What keeps the sandbox from serving: the platform, a node, or its own rounds. */
export async function failures({ own, grounds }: Dependencies, { lastRound }: Rounds): Promise<string[]> {
  const checks: [string, () => Promise<unknown>][] = [
    ["platform", () => own.platformSlug()],
    ...[...grounds.values()].map(({ chain }): [string, () => Promise<unknown>] => [
      `chain ${chain.chainId}`,
      () => checkChain(chain),
    ]),
    [
      "rounds",
      async () => {
        if (lastRound === null) throw new Error("no round has ended yet");
        if (Date.now() - lastRound.getTime() > STALE_MS)
          throw new Error(`the last one was at ${lastRound.toISOString()}`);
      },
    ],
  ];
  const results = await Promise.all(
    checks.map(([name, check]) =>
      check().then(
        () => null,
        (error: unknown) => `${name}: ${shortMessage(error)}`,
      ),
    ),
  );
  return results.filter((result) => result !== null);
}
