import type { Settlement } from "./api-shapes.ts";
import type { Context } from "./context.ts";
import type { Facts } from "./facts.ts";
import type { Outcome, Terminal } from "./types.ts";
import { until } from "./wait.ts";

/**
 * Waits until the chains' facts, read through GraphQL, show the expected end: state, verdict, and every leg where it must be.
 * Then puts them together with what the API says; a difference between the two is a problem.
 */
export async function conclude(
  context: Context,
  settlement: Settlement,
  expected: Terminal,
  legStatus: (legIndex: number) => string,
): Promise<{ outcome: Outcome; facts: Facts }> {
  const hash = settlement.settlement_hash;
  let facts = await context.facts(hash);
  const statusOf = (index: number) => facts.legs.find(({ legIndex }) => legIndex === index)?.status ?? "pending";
  const asExpected = () =>
    facts.settlement?.state === expected &&
    settlement.legs.every(({ leg_index }) => statusOf(leg_index) === legStatus(leg_index));
  const problems: string[] = [];
  await until(
    () => `${expected} with every leg settled, by GraphQL`,
    60_000,
    async () => {
      facts = await context.facts(hash);
      return asExpected() || undefined;
    },
  ).catch((error: Error) => problems.push(error.message));

  const verdict = expected === "FINALIZED" ? "execute" : "rollback";
  if (facts.settlement?.verdict !== verdict)
    problems.push(`the verdict is ${facts.settlement?.verdict}, not ${verdict}`);
  const path = facts.transitions.map(({ toState }) => toState);
  if (path.at(-1) !== facts.settlement?.state)
    problems.push(`the transitions end in ${path.at(-1)}: ${path.join(", ")}`);

  const shown = await context.platforms.buyer.get<Settlement>(`/settlements/${settlement.id}`);
  if (shown.state !== facts.settlement?.state) {
    problems.push(`the API says ${shown.state}, GraphQL ${facts.settlement?.state}`);
  }
  for (const leg of shown.legs) {
    if (leg.status !== statusOf(leg.leg_index)) {
      problems.push(`leg ${leg.leg_index}: the API says ${leg.status}, GraphQL ${statusOf(leg.leg_index)}`);
    }
  }
  const outcome: Outcome = {
    id: settlement.id,
    settlementHash: hash,
    template: settlement.template_slug,
    actual: facts.settlement?.state ?? shown.state,
    legs: settlement.legs.map(({ leg_index, chain_id, token_address, amount }) => ({
      chainId: chain_id,
      token: token_address,
      amount,
      status: statusOf(leg_index),
    })),
    problems,
  };
  return { outcome, facts };
}
