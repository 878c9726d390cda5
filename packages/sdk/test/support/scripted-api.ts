import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { clock } from "../../src/core/clock.ts";

interface WireRequest {
  method: string;
  path: string;
  origin?: string;
  headers?: Record<string, string | null>;
  body?: unknown;
}

interface WireAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string;
}

export type WireEntry =
  | { request: WireRequest; answer: WireAnswer | "refused" | "broken" | "silent"; gives_up_after?: number }
  | { wait: number };

interface Heard {
  method: string;
  path: string;
  origin: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

/** Plays one case's wire: answers what is scripted, and notes whatever is not as it. */
export class ScriptedApi {
  readonly problems: string[] = [];
  readonly #server: Server;
  readonly #script: WireEntry[];
  readonly #names = new Map<string, string>();
  #timers: { ms: number; then: () => void }[] = [];
  #waits = 0;
  /** Called at the n-th wait, instead of letting it pass. */
  cancelAt: { wait: number; cancel: () => void } | undefined;
  #position = 0;

  private constructor(script: readonly WireEntry[]) {
    this.#script = [...script];
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(script: readonly WireEntry[]): Promise<ScriptedApi> {
    const api = new ScriptedApi(script);
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  /** Puts a clock in place that passes by waits alone; the function that is given back puts the real one back. */
  takeClock(start: number, random: readonly number[]): { advance(seconds: number): void; giveBack(): void } {
    const real = { ...clock };
    let now = start;
    let drawn = 0;
    Object.assign(clock, {
      now: () => now,
      random: () => random[Math.min(drawn++, random.length - 1)] ?? 0.5,
      after: (ms: number, then: () => void) => {
        const timer = { ms, then };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((each) => each !== timer);
        };
      },
      sleep: async (ms: number, signal?: AbortSignal) => {
        this.#waits += 1;
        if (this.cancelAt?.wait === this.#waits) this.cancelAt.cancel();
        signal?.throwIfAborted();
        now += ms;
        this.#expectWait(ms / 1_000);
      },
    } satisfies typeof clock);
    return {
      advance: (seconds) => {
        now += seconds * 1_000;
      },
      giveBack: () => void Object.assign(clock, real),
    };
  }

  /** Leads every connection here, whomever it was meant for. */
  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const entry = this.#script[this.#position];
    const headers = new Headers(init?.headers);
    headers.set("x-meant-for", url.origin);
    if (entry !== undefined && "request" in entry && entry.answer === "refused") {
      const heard = await heardOf(url, init, headers);
      this.#take(heard);
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
      });
    }
    const { port } = this.#server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { ...init, headers });
  };

  /** What was scripted and did not happen. */
  left(): WireEntry[] {
    return this.#script.slice(this.#position);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await request.toArray()).join("");
    const { "x-meant-for": origin, ...headers } = request.headers;
    const entry = this.#take({
      method: request.method ?? "",
      path: request.url ?? "",
      origin: String(origin),
      headers,
      body: text === "" ? undefined : JSON.parse(text),
    });
    const answer = entry?.answer;
    if (answer === undefined) return void response.writeHead(418).end("{}");
    if (answer === "broken" || answer === "refused") return void request.socket.destroy();
    if (answer === "silent") {
      const timer = this.#timers.find(({ ms }) => ms === (entry?.gives_up_after ?? 0) * 1_000);
      if (timer === undefined) this.problems.push(`no timer of ${entry?.gives_up_after} s`);
      return (timer ?? this.#timers[0])?.then();
    }
    const body = answer.text ?? (answer.body === undefined ? "" : JSON.stringify(answer.body));
    response.writeHead(answer.status, answer.headers).end(body);
  }

  #take(heard: Heard) {
    const entry = this.#script[this.#position];
    if (entry === undefined || !("request" in entry)) {
      this.problems.push(`${heard.method} ${heard.path} where ${JSON.stringify(entry ?? "nothing")} was to come`);
      return undefined;
    }
    this.#position += 1;
    const { method, path, origin, headers = {}, body } = entry.request;
    const differences = [
      ...(method === heard.method && path === heard.path ? [] : [`${heard.method} ${heard.path}`]),
      ...(origin === undefined || origin === heard.origin ? [] : [heard.origin]),
      ...Object.entries(headers).flatMap(([name, value]) =>
        this.#isSame(value ?? undefined, heard.headers[name]) ? [] : [`${name}: ${heard.headers[name]}`],
      ),
      ...(this.#isSame(body, heard.body) ? [] : [JSON.stringify(heard.body)]),
    ];
    for (const difference of differences)
      this.problems.push(`entry ${this.#position}, ${method} ${path}: ${difference}`);
    return entry;
  }

  #expectWait(seconds: number): void {
    const entry = this.#script[this.#position];
    if (entry !== undefined && "wait" in entry && Math.abs(entry.wait - seconds) < 1e-6) this.#position += 1;
    else this.problems.push(`waits ${seconds} s where ${JSON.stringify(entry ?? "nothing")} was to come`);
  }

  /** Compares JSON, `$uuid:name` standing for one and the same UUID. */
  #isSame(wanted: unknown, found: unknown): boolean {
    const name = typeof wanted === "string" && /^\$uuid:(.*)$/.exec(wanted)?.[1];
    if (typeof name === "string") {
      const known = this.#names.get(name) ?? found;
      this.#names.set(name, String(found));
      return (
        known === found && /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(found))
      );
    }
    if (typeof wanted !== "object" || wanted === null || typeof found !== "object" || found === null) {
      return isDeepStrictEqual(wanted, found);
    }
    const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
    const at = (object: object, key: string) => (object as Record<string, unknown>)[key];
    return [...keys].every((key) => this.#isSame(at(wanted, key), at(found, key)));
  }

  /** The UUID that a name stood for. */
  uuid(name: string): string | undefined {
    return this.#names.get(name);
  }
}

async function heardOf(url: URL, init: RequestInit | undefined, headers: Headers): Promise<Heard> {
  headers.delete("x-meant-for");
  return {
    method: init?.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    origin: url.origin,
    headers: Object.fromEntries(headers),
    body: init?.body === undefined || init.body === null ? undefined : JSON.parse(String(init.body)),
  };
}
