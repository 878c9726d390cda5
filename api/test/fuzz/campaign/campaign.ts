import fc from "fast-check";
import { createClient, type Json } from "../../support/client.ts";
import type { World } from "../../support/world.ts";
import type { Cast } from "./cast.ts";
import { type Plan, plans, walk } from "./plans.ts";
import { learn } from "./pools.ts";
import { curlOf, type Request, requestOf } from "./requests.ts";
import { Tally } from "./tally.ts";

/** Requests between two supplies of objects, which generated requests remove and change. */
const PIECE = 500;

export interface Options {
  /** At least so many, and those that call every operation once. */
  requests: number;
  seed: number;
  onProgress?: (tally: Tally, failures: number) => void;
}

/**
 * Sends requests that the document describes, or nearly, and holds every answer against it. One after the other: with the same seed
 * each finds what it found before. Resolves to what was answered, and to a text for each kind of failure.
 */
export async function runCampaign(
  world: World,
  cast: Cast,
  options: Options,
): Promise<{ tally: Tally; failures: string[] }> {
  const tally = new Tally();
  const failures = new Map<string, string>();
  const call = createClient(world.origin);

  async function send(plan: Plan): Promise<void> {
    const request = await requestOf(world, cast, plan);
    const { operation, authenticated } = request;
    const again = plan.twice && request.headers["idempotency-key"] !== undefined;
    for (let time = 0; time < (again ? 2 : 1); time++) {
      const { method, path, headers, body } = request;
      try {
        const answer = await call(method, path, { headers, ...(body === undefined ? {} : { raw: body }) });
        tally.count(operation.id, answer.status, authenticated);
        if (answer.status >= 500) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
        judge(request, answer.status, answer.body);
      } catch (error) {
        const { message } = error as Error;
        const repeat = `npm run test:fuzz -- --requests ${options.requests} --seed ${options.seed}`;
        const text = `${operation.id}, request ${tally.requests}: ${message.slice(0, 2000)}\n  ${curlOf(world.origin, request)}\n  ${repeat}`;
        const kind = `${operation.id} ${message.replaceAll(/[0-9a-f-]{8,}|\d+/g, "#").slice(0, 80)}`;
        if (!failures.has(kind)) failures.set(kind, text);
      }
    }
  }

  function judge({ operation, reader, pools, ids, path, body: sent }: Request, status: number, body: Json): void {
    if (status < 300) learn(pools, operation.id, ids, body);
    if (reader === null || body === null) return;
    const others = cast.ownership.foreign(
      operation.id,
      { tenant: reader.name, side: reader.side },
      `${path} ${sent}`,
      body,
    );
    if (others.length > 0)
      throw new Error(`told ${reader.name} of ${others.join(", ")} of others: ${JSON.stringify(body)}`);
  }

  await cast.supply();
  for (const plan of walk) await send(plan);
  for (let piece = 0; tally.requests < options.requests; piece++) {
    options.onProgress?.(tally, failures.size);
    if (piece > 0) await cast.supply();
    const left = Math.min(PIECE, options.requests - tally.requests);
    for (const plan of fc.sample(plans, { seed: options.seed + piece, numRuns: left })) {
      if (tally.requests < options.requests) await send(plan);
    }
  }
  return { tally, failures: [...failures.values()] };
}
