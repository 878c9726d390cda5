import { expect } from "chai";
import { type ScriptedServer, startScriptedServer } from "../../api/test/support/scripted-server.ts";
import { type ApiCall, ApiRefusal, callApi, connectApi } from "../src/api/call.ts";
import { bearerOf } from "../src/api/caller-api.ts";
import { ownApi } from "../src/api/own-api.ts";
import { platform } from "../src/api/shapes.ts";
import { SandboxError } from "../src/errors.ts";

describe("the platform as the sandbox calls it", () => {
  let api: ScriptedServer;
  let elsewhere: ScriptedServer;

  beforeEach(async () => {
    api = await startScriptedServer();
    elsewhere = await startScriptedServer();
    elsewhere.script = () => ({ status: 200, body: { slug: "elsewhere" } });
  });
  afterEach(() => Promise.all([api.close(), elsewhere.close()]));

  const me: ApiCall<typeof platform> = { method: "GET", path: "/platforms/me", answer: platform };
  const call = () => callApi(connectApi(`${api.url}v1`, { accessToken: "the-callers-token" }), me);
  const failure = async (work: Promise<unknown>): Promise<SandboxError> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(SandboxError);
    return error as SandboxError;
  };

  it("gets the caller's token, and the environment where there is one", async () => {
    api.script = () => ({ status: 200, body: { slug: "acme", more: true } });
    expect(await call()).to.deep.equal({ slug: "acme" });
    await callApi(connectApi(`${api.url}v1`, { accessToken: "t", environmentSlug: "local" }), me);
    const [first, second] = api.heard;
    expect(first).to.include({ method: "GET", path: "/v1/platforms/me" });
    expect(first?.headers.authorization).to.equal("Bearer the-callers-token");
    expect(first?.headers).to.not.have.property("x-keystone-environment");
    expect(second?.headers["x-keystone-environment"]).to.equal("local");
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`is not followed where it sends us with a ${status}, which would take the token along`, async () => {
      api.script = () => ({ status, headers: { location: `${elsewhere.url}v1/platforms/me` } });
      expect(await failure(call())).to.include({ status: 503, code: "service_unavailable" });
      expect(elsewhere.heard).to.deep.equal([]);
    });
  }

  it("is quoted when it refuses, with the field that it names and what it says of waiting", async () => {
    const context = { loc: ["body", "timeout_at"] };
    api.script = () => ({ status: 422, body: { detail: "Too close", code: "timeout_too_close", context } });
    const refusal = await failure(call());
    expect(refusal).to.be.instanceOf(ApiRefusal);
    expect(refusal).to.deep.include({ status: 422, code: "timeout_too_close", message: "Too close", context });
    api.script = () => ({
      status: 429,
      headers: { "retry-after": "7" },
      body: { detail: "Slower", code: "rate_limited" },
    });
    expect(await failure(call())).to.deep.include({ status: 429, headers: { "Retry-After": "7" } });
    const detail = [{ loc: ["body", "legs", 0], msg: "Field required", type: "missing" }];
    api.script = () => ({ status: 422, body: { detail, code: "validation_error" } });
    expect((await failure(call())).message).to.equal("body.legs.0: Field required");
  });

  for (const [what, reply] of [
    ["fails", { status: 500, body: { detail: "secret", code: "internal_error" } }],
    ["drops the connection", null],
    ["answers with no JSON", { status: 200, body: "<html>" }],
    ["answers in another shape", { status: 200, body: { slug: 7 } }],
    ["refuses in another form", { status: 404, body: { error: "gone" } }],
  ] as const) {
    it(`is not there when it ${what}`, async () => {
      api.script = () => reply;
      const error = await failure(call());
      expect(error).to.include({ status: 503, code: "service_unavailable" });
      expect(error).to.not.be.instanceOf(ApiRefusal);
      expect(error.message).to.not.include("secret");
    });
  }

  it("is called with a bearer token only, whose form is checked before", () => {
    for (const authorization of [undefined, "", "Basic YTpi", "Bearer ", "Bearer a b", "Bearer a\nX: y", "bearer"]) {
      expect(() => bearerOf({ authorization }), authorization)
        .to.throw(SandboxError)
        .that.includes({ status: 401, code: "token_missing" });
    }
    expect(bearerOf({ authorization: "Bearer ey.a-b_c", environment: "local" })).to.deep.equal({
      token: "ey.a-b_c",
      environment: "local",
    });
  });

  describe("in the counterparty's own name", () => {
    let sold = 0;
    const own = () =>
      ownApi(
        connectApi(`${api.url}v1`, {
          auth0TokenUrl: `${elsewhere.url}oauth/token`,
          clientId: "id",
          clientSecret: "word",
        }),
      );

    beforeEach(() => {
      sold = 0;
      elsewhere.script = () => ({ status: 200, body: { access_token: `token-${++sold}`, expires_in: 3_600 } });
      api.script = ({ headers }) =>
        headers.authorization === `Bearer token-${sold}`
          ? { status: 200, body: { items: [], next_cursor: null } }
          : { status: 401, body: { detail: "Expired", code: "token_expired" } };
    });

    it("gets a fresh token once when one is refused", async () => {
      const one = own();
      await one.awaitingDeposits();
      sold += 1;
      expect(await one.awaitingDeposits()).to.deep.equal([]);
      expect(elsewhere.heard).to.have.length(2);
    });

    it("is not there for the caller when it refuses the sandbox itself", async () => {
      for (const status of [401, 403, 429]) {
        api.script = () => ({ status, body: { detail: "No", code: "insufficient_scope" } });
        expect(await failure(own().awaitingDeposits())).to.include({ status: 503, code: "service_unavailable" });
      }
    });

    it("is not there when the issuer sells no token, and is when it does again", async () => {
      const one = own();
      const sells = elsewhere.script;
      elsewhere.script = () => ({ status: 403, body: { error: "invalid_client", secret: "word" } });
      expect(await failure(one.awaitingDeposits())).to.include({ status: 503, code: "service_unavailable" });
      elsewhere.script = sells;
      expect(await one.awaitingDeposits()).to.deep.equal([]);
    });

    it("reads every page of what awaits deposits", async () => {
      api.script = ({ path }) => {
        const cursor = new URL(path, api.url).searchParams.get("cursor");
        const next = { null: "a", a: "b", b: null }[String(cursor)];
        return { status: 200, body: { items: [], next_cursor: next } };
      };
      await own().awaitingDeposits();
      const cursors = api.heard.map(({ path }) => new URL(path, api.url).searchParams.get("cursor"));
      expect(cursors).to.deep.equal([null, "a", "b"]);
    });
  });
});
