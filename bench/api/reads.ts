import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instruction } from "./instructions.ts";
import { closedLoop, fire, type Load, round } from "./load.ts";
import { recordReads } from "./record.ts";
import type { BenchWorld } from "./world.ts";

const ROUNDS = 5;
const CLIENTS = 16;
const PAGE = 50;

interface Compared {
  api: Load;
  bare: Load;
  /** Requests a second of the API to those of bare Hono; the median of rounds that take turns. */
  ratio: number;
  statements: number;
}

/** Reads of one settlement and of a page of 50, against bare Hono with the same statements. */
export async function measureReads(bench: BenchWorld, seconds: number): Promise<Record<"one" | "page", Compared>> {
  const settlements = await matchTrades(bench, PAGE);
  const recorded = await recordReads(bench, settlements[0] as string);
  const folder = await mkdtemp(join(tmpdir(), "keystone-bare-"));
  const file = join(folder, "recorded.json");
  // The database takes an integer as text.
  await writeFile(
    file,
    JSON.stringify(recorded, (_, value) => (typeof value === "bigint" ? String(value) : value)),
  );
  const bare = spawn(process.execPath, ["--no-warnings", "bench/api/bare.ts", file], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, DATABASE_URL: bench.world.databaseUrl },
  });
  try {
    const [port] = await once(bare.stdout.setEncoding("utf8"), "data");
    const token = bench.environments[0]?.token as string;
    const compare = async (name: "one" | "page", path: string): Promise<Compared> => {
      const own = { method: "GET", url: `${bench.world.apiUrl}/${path}`, token };
      const other = { method: "GET", url: `http://127.0.0.1:${String(port).trim()}/${name}` };
      const rounds: { api: Load; bare: Load }[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const api = await closedLoop(own, 200, CLIENTS, seconds);
        const against = await closedLoop(other, 200, CLIENTS, seconds);
        // The first warms both up.
        if (round > 0) rounds.push({ api, bare: against });
      }
      const ratioOf = (each: { api: Load; bare: Load }) => each.api.perSecond / each.bare.perSecond;
      const median = rounds.toSorted((a, b) => ratioOf(a) - ratioOf(b))[
        Math.floor(ROUNDS / 2)
      ] as (typeof rounds)[number];
      return { ...median, ratio: round(ratioOf(median)), statements: recorded[name].statements.length };
    };
    return {
      one: await compare("one", `settlements/${settlements[0]}`),
      page: await compare("page", `settlements?limit=${PAGE}`),
    };
  } finally {
    bare.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Settlements between the first two environments. */
async function matchTrades({ world, environments }: BenchWorld, count: number): Promise<string[]> {
  const [seller, buyer] = environments;
  if (seller === undefined || buyer === undefined) throw new Error("there are two environments");
  const ids: string[] = [];
  const url = `${world.apiUrl}/instructions`;
  for (let index = 0; index < count; index++) {
    const first = await fire({ method: "POST", url, token: seller.token, body: instruction(world, "seller") });
    if (first.status !== 201) throw new Error(first.text);
    const { trade_reference } = JSON.parse(first.text) as { trade_reference: string };
    const second = await fire({
      method: "POST",
      url,
      token: buyer.token,
      body: instruction(world, "buyer", trade_reference),
    });
    const { settlement_id } = JSON.parse(second.text) as { settlement_id?: string };
    if (settlement_id == null) throw new Error(second.text);
    ids.push(settlement_id);
  }
  return ids;
}
