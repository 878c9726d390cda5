import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { expect } from "chai";
import {
  ApiError,
  AuthenticationError,
  ConfigurationError,
  KeystoneClient,
  NotFoundError,
  VERSION,
} from "../src/index.ts";

const MACHINE = { clientId: "client-1", clientSecret: "hush-hush-1" };
const text = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

/** A fetch that gives these answers, one after the other, and what it was asked. */
function answering(...answers: (() => Response)[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    asked.push({ url: String(input), init });
    return answers[asked.length - 1]?.() ?? Response.json({ id: "x" });
  };
  return { fetch, asked, headers: (at: number) => new Headers(asked[at]?.init.headers) };
}

const token = () => Response.json({ access_token: "token-1", expires_in: 3_600 });
const raised = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("nothing was raised"),
    (error) => error,
  );

describe("the client", () => {
  it("says which version it is, and asks for the one of the API that it was made from", async () => {
    expect(VERSION).to.equal(JSON.parse(text("../package.json")).version);
    const { fetch, headers } = answering();
    await new KeystoneClient({ accessToken: "t", fetch }).platforms.me();
    const { version } = JSON.parse(text("../../../api/openapi.json")).info;
    expect(headers(0).get("keystone-version")).to.equal(version);
  });

  it("names itself, in a browser by a header that pages may set", async () => {
    const node = answering();
    await new KeystoneClient({ accessToken: "t", fetch: node.fetch }).platforms.me();
    expect(node.headers(0).get("user-agent")).to.equal(`keystoneos-typescript/${VERSION}`);
    Object.assign(globalThis, { document: {} });
    try {
      const page = answering();
      await new KeystoneClient({ accessToken: "t", fetch: page.fetch }).platforms.me();
      expect(page.headers(0).get("x-keystone-client")).to.equal(`keystoneos-typescript/${VERSION}`);
      expect(page.headers(0).has("user-agent")).to.equal(false);
      expect(() => new KeystoneClient(MACHINE))
        .to.throw(ConfigurationError, "session")
        .with.property("option", "clientSecret");
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
  });

  it("shows its subjects and no secret when it is printed", async () => {
    const { fetch } = answering(token);
    const client = new KeystoneClient({ ...MACHINE, fetch });
    await client.platforms.me();
    for (const printed of [inspect(client, { depth: 9, showHidden: true }), JSON.stringify(client), String(client)]) {
      expect(printed).to.not.match(/hush|token-1/);
    }
    expect(inspect(client)).to.include("settlements: Settlements");
  });

  it("logs what it does without secrets, tokens and bodies", async () => {
    const lines: string[] = [];
    const note = (message: string, fields: object) => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const logger = { debug: note, info: note, warn: note, error: note };
    const { fetch } = answering(token, () => new Response("{}", { status: 503, headers: { "retry-after": "0" } }));
    const client = new KeystoneClient({ ...MACHINE, fetch, logger });
    await client.webhooks.create({ url: "https://hooks.example/", secret: "a secret of the webhook" });
    expect(lines.some((line) => line.includes('"path":"/v1/platforms/me/webhooks","status":503'))).to.equal(true);
    expect(lines.some((line) => line.startsWith("keystone retry"))).to.equal(true);
    expect(lines.join("\n")).to.not.match(/hush|token-1|a secret|hooks\.example/);
  });

  it("asks the function for a token once, and again when the API refuses what it gave", async () => {
    let given = 0;
    const { fetch, headers } = answering(
      () => Response.json({}),
      () => new Response("{}", { status: 401 }),
    );
    const client = new KeystoneClient({ accessToken: async () => `token-${++given}`, fetch });
    await client.platforms.me();
    await client.platforms.me();
    expect([0, 1, 2].map((at) => headers(at).get("authorization"))).to.deep.equal([
      "Bearer token-1",
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });

  it("ends one caller's waiting for a token, not the others'", async () => {
    let give: (token: string) => void = () => {};
    const accessToken = () => new Promise<string>((resolve) => (give = resolve));
    const { fetch } = answering();
    const client = new KeystoneClient({ accessToken, fetch });
    const controller = new AbortController();
    const first = client.platforms.me({ signal: controller.signal });
    const second = client.platforms.me();
    controller.abort("not any more");
    expect(await raised(first)).to.equal("not any more");
    give("token-1");
    expect(await second).to.deep.equal({ id: "x" });
  });

  it("drops a token that two calls were refused with once", async () => {
    let given = 0;
    const refused = () => new Response("{}", { status: 401 });
    const { fetch } = answering(refused, refused);
    const client = new KeystoneClient({ accessToken: async () => `token-${++given}`, fetch });
    await Promise.all([client.platforms.me(), client.platforms.me()]);
    expect(given).to.equal(2);
  });

  it("makes another one like it, with other options", async () => {
    const { fetch, asked, headers } = answering();
    const client = new KeystoneClient({ accessToken: "t", fetch, environmentSlug: "one" });
    await client.withOptions({ environmentSlug: "two", environment: "staging" }).platforms.me();
    expect(asked[0]?.url).to.equal("https://api-staging.keystoneos.xyz/v1/platforms/me");
    expect(headers(0).get("x-keystone-environment")).to.equal("two");
    await client.platforms.me();
    expect(headers(1).get("x-keystone-environment")).to.equal("one");
  });

  it("shares its token with those made from it, unless they are about another one", async () => {
    const { fetch, asked } = answering(
      token,
      () => Response.json({}),
      () => Response.json({}),
      token,
    );
    const client = new KeystoneClient({ ...MACHINE, fetch });
    await client.platforms.me();
    await client.withOptions({ timeout: 5 }).platforms.me();
    await client.withOptions({ clientId: "client-2" }).platforms.me();
    const places = asked.map(({ url }) => new URL(url).pathname);
    expect(places).to.deep.equal([
      "/oauth/token",
      "/v1/platforms/me",
      "/v1/platforms/me",
      "/oauth/token",
      "/v1/platforms/me",
    ]);
  });

  it("makes keys, with a prefix if there is one", () => {
    const client = new KeystoneClient({ accessToken: "t" });
    const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    expect(client.generateIdempotencyKey()).to.match(new RegExp(`^${uuid}$`));
    expect(client.generateIdempotencyKey("my-prefix")).to.match(new RegExp(`^my-prefix-${uuid}$`));
  });

  it("asks the chains without a token, keeps their names and raises their faults", async () => {
    const data = { settlement_items: [{ leg_index: 1, amount: "5" }] };
    const { fetch, asked, headers } = answering(
      () => Response.json({ data }),
      () => Response.json({ errors: [{ message: "Too deep" }] }),
    );
    const client = new KeystoneClient({ ...MACHINE, fetch });
    expect(await client.graphql("{ x }", { trade_reference: 1 })).to.deep.equal(data);
    expect(JSON.parse(String(asked[0]?.init.body))).to.deep.equal({
      query: "{ x }",
      variables: { trade_reference: 1 },
    });
    expect([asked[0]?.url, headers(0).has("authorization")]).to.deep.equal([
      "https://api.keystoneos.xyz/graphql",
      false,
    ]);
    expect(await raised(client.graphql("{ y }")))
      .to.be.instanceOf(ApiError)
      .with.property("message", "Too deep");
  });

  it("reaches what has no method, with names as they are", async () => {
    const { fetch, asked } = answering(() => Response.json({ leg_index: 1 }));
    const client = new KeystoneClient({ accessToken: "t", fetch });
    const input = { query: { some_filter: "x y" }, body: { tradeReference: 1, trade_reference: 2 } };
    const { data, status } = await client.request("patch", "/v1/new/thing", input).withResponse();
    expect({ data, status }).to.deep.equal({ data: { leg_index: 1 }, status: 200 });
    expect(asked[0]).to.nested.include({
      url: "https://api.keystoneos.xyz/v1/new/thing?some_filter=x+y",
      "init.method": "PATCH",
    });
    expect(JSON.parse(String(asked[0]?.init.body))).to.deep.equal(input.body);
    expect(await raised(client.request("GET", "v1/status"))).to.be.instanceOf(ConfigurationError);
  });

  it("lets an error be handled where the answer is taken, and nowhere else", async () => {
    const stray: unknown[] = [];
    const note = (reason: unknown) => void stray.push(reason);
    process.on("unhandledRejection", note);
    const refuse = () => new Response('{"detail":"No","code":"not_found"}', { status: 404 });
    const { fetch } = answering(refuse, refuse, refuse);
    const client = new KeystoneClient({ accessToken: "t", fetch });
    expect(await raised(client.settlements.get("x").withResponse())).to.be.instanceOf(NotFoundError);
    expect(await raised(client.settlements.list().toArray())).to.be.instanceOf(NotFoundError);
    const error = await raised(client.settlements.get("x"));
    await new Promise(setImmediate);
    process.off("unhandledRejection", note);
    expect(stray).to.deep.equal([]);
    expect(error).to.include({ docsUrl: "https://api.keystoneos.xyz/docs" });
    expect(error.walk((each: unknown) => each instanceof AuthenticationError)).to.equal(undefined);
    expect(error.walk((each: unknown) => each instanceof ApiError)).to.equal(error);
  });

  it("turns pages by hand", async () => {
    const page = (id: string, offset: number, cursor: string | null) => () =>
      Response.json({ items: [{ id }], total: 2, limit: 1, offset, next_cursor: cursor });
    const { fetch, asked } = answering(page("a", 0, "c1"), page("b", 1, null));
    const client = new KeystoneClient({ accessToken: "t", fetch });
    const first = await client.settlements.list({ limit: 1, state: "FINALIZED" });
    expect(first.hasNext()).to.equal(true);
    const second = await first.next();
    expect([second.items[0]?.id, second.hasNext()]).to.deep.equal(["b", false]);
    expect(asked[1]?.url).to.match(/\?limit=1&state=FINALIZED&cursor=c1$/);
  });
});
