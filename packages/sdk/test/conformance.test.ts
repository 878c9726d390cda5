import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { expect } from "chai";
import * as sdk from "../src/index.ts";
import { CALLS } from "./support/calls.ts";
import { ScriptedApi, type WireEntry } from "./support/scripted-api.ts";

interface Call {
  operation: string;
  wait_for?: "instruction" | "settlement";
  ids?: string[];
  query?: Fields;
  body?: Fields;
  body_as?: { typescript?: Fields };
  options?: Fields;
  iterate?: boolean;
  first?: number;
  cancel_at_wait?: number;
}

interface Outcome {
  result?: unknown;
  result_as?: { typescript?: unknown };
  meta?: Fields;
  error?: Fields & { class: string; is_a?: string[]; hides?: string[] };
  cancelled?: boolean;
}

type Made = Outcome & { call: Call };
type Step = Made | { calls: Made[] } | { advance: number };

interface Case {
  name: string;
  client?: Fields;
  random?: number[];
  steps?: Step[];
  wire?: WireEntry[];
  error?: Outcome["error"];
}

type Fields = Record<string, unknown>;

const START = Date.parse("2026-04-01T00:00:00Z");
/** Options in which a case has seconds, and this client milliseconds. */
const TIMES = ["retry_base_delay", "retry_max_delay", "timeout", "poll_interval"];

const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A case's value as this language has it: names cased, and integers of any size. */
function ours(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ours);
  if (typeof value !== "object" || value === null) return value;
  if ("$int" in value) return BigInt(value.$int as string);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [camel(name), ours(each)]));
}

function withIntegers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIntegers);
  if (typeof value !== "object" || value === null) return value;
  if ("$int" in value) return BigInt(value.$int as string);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withIntegers(each)]));
}

function optionsOf(fields: Fields): Fields {
  return ours(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, TIMES.includes(name) ? (value as number) * 1_000 : value]),
    ),
  ) as Fields;
}

async function play(one: Case): Promise<void> {
  const api = await ScriptedApi.start(one.wire ?? []);
  const time = api.takeClock(START, one.random ?? [0.5]);
  try {
    const options = { ...optionsOf(one.client ?? { access_token: "token-1" }), fetch: api.fetch };
    const made = await settled(async () => new sdk.KeystoneClient(options));
    if (one.error !== undefined) return expectError(api, made, one.error);
    const client = resultOf(made);
    for (const step of one.steps ?? []) {
      if ("advance" in step) time.advance(step.advance);
      else if ("calls" in step) await Promise.all(step.calls.map((each) => playCall(api, client, each)));
      else await playCall(api, client, step);
    }
    expect(api.problems).to.deep.equal([]);
    expect(api.left()).to.deep.equal([]);
  } finally {
    time.giveBack();
    await api.close();
  }
}

async function playCall(api: ScriptedApi, client: sdk.KeystoneClient, { call, ...outcome }: Made): Promise<void> {
  const controller = new AbortController();
  if (call.cancel_at_wait !== undefined) {
    api.cancelAt = { wait: call.cancel_at_wait, cancel: () => controller.abort() };
  }
  const result = await settled(() => make(client, call, controller.signal));
  expect(api.problems).to.deep.equal([]);
  if (outcome.cancelled) {
    expect(result).to.have.property("error", controller.signal.reason);
  } else if (outcome.error !== undefined) {
    expectError(api, result, outcome.error);
  } else {
    const { data, ...meta } = resultOf(result);
    const written = outcome.result_as?.typescript;
    const wanted = written === undefined ? ours(outcome.result) : withIntegers(written);
    // What gives nothing gives undefined here.
    expect(plain(data)).to.deep.equal(wanted ?? undefined);
    for (const [name, value] of Object.entries(outcome.meta ?? {})) {
      expect((meta as Fields)[camel(name)], name).to.deep.equal(ours(value));
    }
  }
}

/** The fields of a page or of any other object; a list as it is. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : value;
}

async function make(client: sdk.KeystoneClient, call: Call, signal: AbortSignal): Promise<{ data: unknown }> {
  const { ids = [], wait_for, iterate, first } = call;
  const options = { ...optionsOf(call.options ?? {}), signal };
  if (wait_for !== undefined) {
    const namespace = wait_for === "instruction" ? client.instructions : client.settlements;
    return { data: await namespace.waitFor(ids[0] as string, options) };
  }
  const cased = (fields: Fields | undefined) => fields && (ours(fields) as Fields);
  const body = call.body_as?.typescript ?? cased(call.body);
  const promise = CALLS[call.operation]?.(client, { ids, body, query: cased(call.query), options });
  if (iterate) {
    const items: unknown[] = [];
    for await (const item of promise as sdk.PagePromise<unknown>) items.push(item);
    return { data: items };
  }
  if (first !== undefined) return { data: await (promise as sdk.PagePromise<unknown>).toArray({ limit: first }) };
  return (promise as sdk.ApiPromise<unknown>).withResponse();
}

type Settled<T> = { value: T } | { error: unknown };

async function settled<T>(make: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await make() };
  } catch (error) {
    return { error };
  }
}

function resultOf<T>(result: Settled<T>): T {
  if ("error" in result) throw result.error;
  return result.value;
}

function expectError(api: ScriptedApi, result: Settled<unknown>, wanted: Outcome["error"] & {}): void {
  if ("value" in result) expect.fail(`gave ${inspect(result.value)}`);
  const { class: name, is_a = [], hides = [], ...fields } = wanted;
  const { error } = result as { error: Error & Fields };
  expect(error.name, inspect(error)).to.equal(name);
  for (const each of [name, ...is_a]) {
    expect(error, each).to.be.instanceOf((sdk as unknown as Record<string, new () => Error>)[each] as never);
  }
  for (const [field, value] of Object.entries(fields)) {
    const name = typeof value === "string" ? /^\$uuid:(.*)$/.exec(value)?.[1] : undefined;
    const expected = name === undefined ? value : api.uuid(name);
    const found = field === "option" ? snake(String(error[field])) : (error[camel(field)] ?? null);
    expect(found, field).to.deep.equal(field === "last" ? ours(expected) : expected);
  }
  const printed = [inspect(error, { depth: 9, showHidden: true }), String(error), JSON.stringify(error), error.stack];
  for (const secret of hides) expect(printed.join("\n")).to.not.include(secret);
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const folder = fileURLToPath(new URL("../conformance/calls/", import.meta.url));
for (const file of globSync("*.json", { cwd: folder }).sort()) {
  const { about, cases } = JSON.parse(readFileSync(`${folder}${file}`, "utf8")) as { about: string; cases: Case[] };
  describe(`conformance: ${about}`, function () {
    this.timeout(20_000);
    for (const one of cases) it(one.name, () => play(one));
  });
}
