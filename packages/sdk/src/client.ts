import type { ApiPromise } from "./core/api-promise.ts";
import { Caller } from "./core/caller.ts";
import type { RequestOptions } from "./core/request-options.ts";
import { boughtTokens, fixedToken, givenTokens, type Tokens } from "./core/token.ts";
import { ApiError } from "./errors/api-error.ts";
import * as op from "./generated/operations.ts";
import { Admin } from "./namespaces/admin.ts";
import { Compliance } from "./namespaces/compliance.ts";
import { Events } from "./namespaces/events.ts";
import { Instructions } from "./namespaces/instructions.ts";
import { Invitations, Members } from "./namespaces/people.ts";
import { Activity, Dashboard, Environments, Platforms, ServiceStatus, Sessions } from "./namespaces/platform.ts";
import { Settlements } from "./namespaces/settlements.ts";
import { Instruments, Templates } from "./namespaces/trade-data.ts";
import { Webhooks } from "./namespaces/webhooks.ts";
import { type ClientOptions, readSettings, type Settings } from "./options.ts";

/** Options that make another token. */
const ABOUT_TOKENS = ["clientId", "clientSecret", "accessToken", "auth0TokenUrl", "auth0Audience"] as const;
/** Tokens of a client by the options of one that was made from it. */
const inherited = new WeakMap<ClientOptions, Tokens>();

/** One client of the KeyStone platform API: an environment's machine client, a user or a session. */
export class KeystoneClient {
  readonly instructions: Instructions;
  readonly settlements: Settlements;
  readonly compliance: Compliance;
  readonly templates: Templates;
  readonly instruments: Instruments;
  readonly webhooks: Webhooks;
  readonly events: Events;
  readonly environments: Environments;
  readonly sessions: Sessions;
  readonly platforms: Platforms;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly activity: Activity;
  readonly dashboard: Dashboard;
  readonly status: ServiceStatus;
  readonly admin: Admin;
  readonly #options: ClientOptions;
  readonly #tokens: Tokens;
  readonly #caller: Caller;

  /** Sends nothing. Throws ConfigurationError, which names the option and what to set. */
  constructor(options: ClientOptions) {
    const settings = readSettings(options);
    this.#tokens = inherited.get(options) ?? tokensOf(options, settings);
    const api = new Caller(settings, this.#tokens);
    this.#options = options;
    this.#caller = api;
    this.settlements = new Settlements(api, settings);
    this.instructions = new Instructions(api);
    this.compliance = new Compliance(api, this.settlements);
    this.templates = new Templates(api);
    this.instruments = new Instruments(api);
    this.webhooks = new Webhooks(api);
    this.events = new Events(api, settings);
    this.environments = new Environments(api);
    this.sessions = new Sessions(api);
    this.platforms = new Platforms(api);
    this.members = new Members(api);
    this.invitations = new Invitations(api);
    this.activity = new Activity(api);
    this.dashboard = new Dashboard(api);
    this.status = new ServiceStatus(api);
    this.admin = new Admin(api);
  }

  /** A client like this one but for what is given. They share their token, unless it is about another one. */
  withOptions(options: Partial<ClientOptions>): KeystoneClient {
    const all = { ...this.#options, ...options };
    if (!ABOUT_TOKENS.some((name) => name in options)) inherited.set(all, this.#tokens);
    return new KeystoneClient(all);
  }

  /** A key for something that shall be made once: a UUID, behind a prefix if there is one. */
  generateIdempotencyKey(prefix?: string): string {
    const uuid = crypto.randomUUID();
    return prefix === undefined ? uuid : `${prefix}-${uuid}`;
  }

  /**
   * Reads what the chains say, without a token. The names are the indexer's own.
   *
   * @throws ApiError with the first fault of the query.
   */
  async graphql<T>(query: string, variables?: Record<string, unknown>, options?: RequestOptions): Promise<T> {
    const { data, status, headers } = await this.#caller
      .call(op.queryGraphql, { body: { query, variables } }, options)
      .withResponse();
    const answer = data as { data?: T; errors?: { message: string }[] };
    const [fault] = answer.errors ?? [];
    if (fault !== undefined) {
      throw new ApiError({ status, headers, message: fault.message, detail: fault.message, body: answer });
    }
    return answer.data as T;
  }

  /** A call that has no method here. Path, names and answer are the API's own: `request("GET", "/v1/status")`. */
  request<T = unknown>(
    method: string,
    path: string,
    input: { query?: Record<string, unknown>; body?: unknown } = {},
    options?: RequestOptions,
  ): ApiPromise<T> {
    return this.#caller.request(method, path, input, options) as ApiPromise<T>;
  }
}

function tokensOf({ accessToken, clientId = "", clientSecret = "" }: ClientOptions, settings: Settings): Tokens {
  if (typeof accessToken === "string") return fixedToken(accessToken);
  if (accessToken !== undefined) return givenTokens(accessToken);
  const { tokenUrl, audience } = settings;
  return boughtTokens({ clientId, clientSecret, tokenUrl, audience }, settings);
}
