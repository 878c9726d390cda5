import { instruction } from "./instructions.ts";
import { fire, type Load, openLoop, type Shot } from "./load.ts";
import type { BenchWorld } from "./world.ts";

const RATE = 50;
const STEPS = [75, 100, 150, 200, 300, 400, 600, 800];
const STEP_SECONDS = 5;
/** From where on a server is said not to keep up. */
const SATURATED_P99_MS = 1000;

interface Submissions {
  perSecond: number;
  environments: number;
  waiting: Load;
  matching: Load;
  saturation: { perSecond: number; steps: { offered: number; load: Load }[] };
}

/** Instructions at 50 a second over all environments: sides that wait, sides that match; then ever more until it is too many. */
export async function measureSubmissions(bench: BenchWorld, seconds: number): Promise<Submissions> {
  const { environments } = bench;
  // What runs once before is not measured.
  await openLoop(firstSides(bench, RATE * 2), 201, RATE);
  const waiting = await openLoop(firstSides(bench, RATE * seconds), 201, RATE);
  const matching = await openLoop(await secondSides(bench, RATE * seconds), 201, RATE);
  const steps: { offered: number; load: Load }[] = [];
  for (const offered of STEPS) {
    const load = await openLoop(firstSides(bench, offered * STEP_SECONDS), 201, offered);
    steps.push({ offered, load });
    if (load.failed > 0 || load.p99 > SATURATED_P99_MS) break;
  }
  const perSecond = Math.max(...steps.map(({ load }) => load.perSecond));
  return { perSecond: RATE, environments: environments.length, waiting, matching, saturation: { perSecond, steps } };
}

function firstSides({ world, environments }: BenchWorld, count: number): Shot[] {
  return Array.from({ length: count }, (_, index) => ({
    method: "POST",
    url: `${world.apiUrl}/instructions`,
    token: environments[index % environments.length]?.token as string,
    body: instruction(world, "seller"),
  }));
}

/** Each is the other side of one that waits already, from the next environment. */
async function secondSides(bench: BenchWorld, count: number): Promise<Shot[]> {
  const { world, environments } = bench;
  const shots: Shot[] = [];
  for (const [index, first] of firstSides(bench, count).entries()) {
    const { status, text } = await fire(first);
    if (status !== 201) throw new Error(text);
    const { trade_reference } = JSON.parse(text) as { trade_reference: string };
    const token = environments[(index + 1) % environments.length]?.token as string;
    shots.push({ ...first, token, body: instruction(world, "buyer", trade_reference) });
  }
  return shots;
}
