import { fromWire, toWire } from "../casing/convert.ts";
import { errorFrom } from "../errors/from-answer.ts";
import { ConfigurationError } from "../errors/keystone-error.ts";
import { inBrowser, type Settings } from "../options.ts";
import { VERSION } from "../version.ts";
import { type Answered, ApiPromise, answeredWith } from "./api-promise.ts";
import type { Operation } from "./operation.ts";
import { Page, type PageData, PagePromise, type PageStart } from "./page.ts";
import type { RequestOptions } from "./request-options.ts";
import { type Outgoing, type Policy, type Received, send } from "./send.ts";
import type { Tokens } from "./token.ts";

/** What a call is about. */
export interface Input<Body = unknown, Query = unknown> {
  /** For the `{}` of the path, in its order. */
  ids?: readonly (string | number)[];
  body?: Body | undefined;
  query?: Query | undefined;
}

/** How a call that may have been done before its answer was lost is told from one that was refused. */
export interface Repeat<Answer> {
  /** The status that a second call gets. */
  status: number;
  /** Reads the object, and gives it when it shows the wanted effect. */
  look(refused: Answered<undefined>): Promise<Answered<Answer> | undefined>;
}

interface Rules<Answer> {
  repeat?: Repeat<Answer>;
  once?: boolean;
}

/** Flags, method and path of an operation. */
const PLACE = /^(?:([a-z]+) )?(\S+) (.*)$/;
const CLIENT = `keystoneos-typescript/${VERSION}`;

/** Makes the calls of a client: paths, headers, keys, casing. */
export class Caller {
  readonly #settings: Settings;
  readonly #tokens: Tokens;

  constructor(settings: Settings, tokens: Tokens) {
    this.#settings = settings;
    this.#tokens = tokens;
  }

  call<Body, Answer>(
    operation: Operation<Body, unknown, Answer>,
    input: Input<Body>,
    options?: RequestOptions,
    rules?: Rules<Answer>,
  ): ApiPromise<Answer> {
    return new ApiPromise(this.#answer(operation, input, options, rules));
  }

  list<Query, Item>(
    operation: Operation<undefined, Query, Item>,
    input: Input<undefined, Query>,
    options?: RequestOptions,
  ): PagePromise<Item> {
    return new PagePromise(this.#page(operation, input, options));
  }

  /** Opens a stream behind the event of this id. */
  async stream<Query>(
    operation: Operation<undefined, Query, void>,
    input: Input<undefined, Query>,
    lastEventId: string | undefined,
    options: RequestOptions,
  ): Promise<ReadableStream<Uint8Array>> {
    const headers = { accept: "text/event-stream", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) };
    const request = { ...this.#request(operation, input, { ...options, headers }), stream: true };
    const { body } = await this.#send(request, options);
    return body ?? new Blob([]).stream();
  }

  /** A call that has no method: names are sent and given as they are on the wire. */
  request(method: string, path: string, input: Input, options?: RequestOptions): ApiPromise<unknown> {
    const { body } = input;
    const hasKey = typeof body === "object" && body !== null && "idempotency_key" in body;
    const flags = method.toUpperCase() === "POST" && !hasKey ? "h" : "";
    return this.call(
      `${flags}r ${method.toUpperCase()} ${path}` as Operation<unknown, unknown, unknown>,
      input,
      options,
    );
  }

  async #answer<Answer>(
    operation: Operation<unknown, unknown, Answer>,
    input: Input,
    options: RequestOptions = {},
    { repeat, once }: Rules<Answer> = {},
  ): Promise<Answered<Answer>> {
    const request: Outgoing = { ...this.#request(operation, input, options), once };
    const answer = await this.#send(request, options, repeat?.status);
    if (answer.status === repeat?.status) {
      const found = answer.retries > 0 ? await repeat.look(answeredWith(undefined, answer)) : undefined;
      if (found === undefined) throw refusal(request, answer);
      return found;
    }
    const body = parse(request, answer);
    return answeredWith((isRaw(operation) ? body : fromWire(body)) as Answer, answer);
  }

  async #page<Item>(
    operation: Operation<undefined, unknown, Item>,
    input: Input,
    options?: RequestOptions,
  ): Promise<Answered<Page<Item>>> {
    const answered = await this.#answer(
      operation as unknown as Operation<undefined, unknown, PageData<Item>>,
      input,
      options,
    );
    const { offset: _, cursor: __, ...filters } = (input.query ?? {}) as Record<string, unknown>;
    const turn = async (start: PageStart) =>
      (await this.#page(operation, { ...input, query: { ...filters, ...start } }, options)).data;
    return { ...answered, data: new Page(answered.data, turn) };
  }

  #request(operation: Operation<unknown, unknown, unknown>, input: Input, options: RequestOptions): Outgoing {
    const [, flags = "", method = "", path = ""] = PLACE.exec(operation) ?? [];
    const { baseUrl, environmentSlug, apiVersion } = this.#settings;
    const tokens = flags.includes("o") ? undefined : this.#tokens;
    const { body, idempotencyKey } = withKey(
      flags,
      isRaw(operation) ? input.body : toWire(input.body),
      options.idempotencyKey,
    );
    const headers = new Headers(options.headers);
    headers.set("keystone-version", apiVersion);
    headers.set(inBrowser() ? "x-keystone-client" : "user-agent", CLIENT);
    if (!headers.has("accept")) headers.set("accept", "application/json");
    if (environmentSlug !== undefined) headers.set("x-keystone-environment", environmentSlug);
    if (body !== undefined) headers.set("content-type", "application/json");
    if (idempotencyKey !== undefined && !flags.includes("b")) headers.set("idempotency-key", idempotencyKey);
    let token = "";
    return {
      method,
      url: `${baseUrl}${filled(path, input.ids ?? [])}${queryText(input.query)}`,
      headers: async () => {
        token = (await tokens?.get(options.signal)) ?? "";
        if (tokens !== undefined) headers.set("authorization", `Bearer ${token}`);
        return Object.fromEntries(headers);
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      idempotencyKey,
      renew: () => tokens?.refused(token) ?? false,
      docsUrl: `${baseUrl}/docs`,
    };
  }

  async #send(request: Outgoing, options: RequestOptions, kept?: number): Promise<Received> {
    const { signal, timeout = this.#settings.timeout, maxRetries = this.#settings.maxRetries } = options;
    const policy: Policy = { ...this.#settings, signal, timeout, maxRetries };
    const answer = await send(request, policy);
    if ((answer.status < 200 || answer.status > 299) && answer.status !== kept) throw refusal(request, answer);
    return answer;
  }
}

function isRaw(operation: string): boolean {
  return PLACE.exec(operation)?.[1]?.includes("r") ?? false;
}

function refusal({ idempotencyKey, docsUrl }: Outgoing, answer: Received) {
  return errorFrom({ ...answer, attempts: answer.retries + 1, idempotencyKey, docsUrl });
}

function parse(request: Outgoing, answer: Received): unknown {
  if (answer.text === "") return undefined;
  try {
    return JSON.parse(answer.text);
  } catch {
    throw refusal(request, { ...answer, text: `The answer is not JSON: ${answer.text.slice(0, 200)}` });
  }
}

/** The key of what is created: the caller's, wherever it was given, else a new one. */
function withKey(flags: string, body: unknown, option: string | undefined) {
  if (!/[bh]/.test(flags)) return { body, idempotencyKey: option };
  const given = flags.includes("b") ? (body as { idempotency_key?: string | null } | undefined)?.idempotency_key : null;
  if (given && option !== undefined && given !== option) {
    throw new ConfigurationError("idempotencyKey", "is given twice and differently: give it in one place");
  }
  const idempotencyKey = given ?? option ?? crypto.randomUUID();
  return {
    body: flags.includes("b") ? { ...(body as object), idempotency_key: idempotencyKey } : body,
    idempotencyKey,
  };
}

function filled(path: string, ids: readonly (string | number)[]): string {
  if (!path.startsWith("/")) throw new ConfigurationError("path", "must begin with a slash, as in /v1/settlements");
  let next = 0;
  return path.replace(/\{\}/g, () => {
    const id = String(ids[next++] ?? "");
    // Such a segment would make another path of it.
    if (/^\.{0,2}$/.test(id)) throw new ConfigurationError("id", `is ${JSON.stringify(id)}, which is no id`);
    return encodeURIComponent(id);
  });
}

function queryText(query: unknown): string {
  const wire = (toWire(query) ?? {}) as Record<string, unknown>;
  const pairs: [string, string][] = Object.entries(wire).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => (each === undefined || each === null ? [] : [[name, String(each)]])),
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
