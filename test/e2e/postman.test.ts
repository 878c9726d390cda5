import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import newman from "newman";
import { ROLES } from "../../devnet/src/issuer/roles.ts";
import { loadSecrets } from "../../devnet/src/world/secrets.ts";
import { sharedWorld, type World } from "./support/world.ts";

const FOLDER = new URL("../../sdks/postman/", import.meta.url);
const COLLECTION = JSON.parse(readFileSync(new URL("keystone-api.postman_collection.json", FOLDER), "utf8"));
const ENVIRONMENT = JSON.parse(readFileSync(new URL("keystone-api.local.postman_environment.json", FOLDER), "utf8"));

/** What the last request of a name was answered; a request that is sent again until a step is taken counts by its end. */
type Answers = Map<string, number>;

/** Rights of the machine that runs the collection: all that a machine may have. */
const SCOPES = [
  "settlements:read",
  "settlements:write",
  "instructions:read",
  "instructions:write",
  "templates:read",
  "instruments:write",
  "platform:read",
  "platform:environments:manage",
  "platform:webhooks:manage",
];

/** Requests that a run refuses: its settlement waits for deposits, is no repo, has nothing flagged, and the chain rolls none back before its time. */
const REFUSED = {
  "Decide all flagged checks of a settlement that nobody has decided": 409,
  "Have a repo's closing opened": 409,
  "Have the relayer roll a settlement back where the chain allows it": 409,
  "Have the relayer take a step along an edge that the chain allows": 409,
};

/** Runs the collection, or some folders of it, with these values in the environment. */
function run(filled: Record<string, string>, folder?: string[]): Promise<newman.NewmanRunSummary> {
  const { promise, resolve, reject } = Promise.withResolvers<newman.NewmanRunSummary>();
  const known = new Set(ENVIRONMENT.values.map(({ key }: { key: string }) => key));
  expect(Object.keys(filled).filter((key) => !known.has(key))).to.deep.equal([]);
  const environment = {
    ...ENVIRONMENT,
    values: ENVIRONMENT.values.map((each: { key: string; value: string }) => ({
      ...each,
      value: filled[each.key] ?? each.value,
    })),
  };
  newman.run(
    { collection: COLLECTION, environment, reporters: [], timeoutRequest: 30_000, ...(folder && { folder }) },
    (error, summary) => (error ? reject(error) : resolve(summary)),
  );
  return promise;
}

describe("the Postman collection", function () {
  this.timeout(300_000);
  let world: World;
  let issuerAdminToken: string;
  const receiver = createServer((request, response) => request.resume().on("end", () => response.end()));

  before(async () => {
    world = await sharedWorld();
    ({ issuerAdminToken } = loadSecrets(join(world.dir, "secrets.json")));
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
  });
  after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });

  async function post<T>(url: string | URL, token: string, body: unknown): Promise<T> {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status, String(url)).to.equal(201);
    return (await response.json()) as T;
  }
  const atIssuer = <T>(path: string, body: unknown): Promise<T> =>
    post(new URL(path, world.issuer.url), issuerAdminToken, body);
  const client = () =>
    atIssuer<{ client_id: string; client_secret: string }>("clients", { name: "Collection", scopes: SCOPES });
  const tokenOf = async (body: object) => (await atIssuer<{ access_token: string }>("user-tokens", body)).access_token;

  /** Values of an environment in which everything can be answered: a platform of its own with a manager and one more member. */
  async function values(): Promise<Record<string, string>> {
    const admin_token = await tokenOf({ user_id: "operator|postman", permissions: ["keystone:admin"] });
    const [own, ofPlatform, ofEnvironment] = await Promise.all([client(), client(), client()]);
    const slug = `postman-${randomUUID()}`;
    const api = `${world.urls.api}/v1`;
    const registration = { name: "Postman", slug, auth0_client_id: own.client_id };
    const platform = await post<{ id: string; auth0_org_id: string }>(`${api}/platforms`, admin_token, registration);
    const invitation = await post<{ invitation_url: string }>(
      `${api}/platforms/${platform.id}/invitations`,
      admin_token,
      {
        email: `${randomUUID()}@example.com`,
        role_ids: ["rol_viewer"],
        send_email: false,
      },
    );
    const accepted = await fetch(invitation.invitation_url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ada" }),
    });
    const member = (await accepted.json()) as { user_id: string };
    const manager = ROLES.find(({ name }) => name === "platform_manager");
    const { port } = receiver.address() as AddressInfo;
    return {
      base_url: world.urls.api,
      auth_url: world.issuer.tokenUrl,
      auth_audience: world.issuer.audience,
      client_id: own.client_id,
      client_secret: own.client_secret,
      environment_slug: "development",
      seller_wallet: world.parties[14] as string,
      buyer_wallet: world.parties[15] as string,
      webhook_url: `http://127.0.0.1:${port}/`,
      platform_client_id: ofPlatform.client_id,
      environment_client_id: ofEnvironment.client_id,
      user_id: member.user_id,
      user_token: await tokenOf({
        user_id: "auth0|postman",
        org_id: platform.auth0_org_id,
        permissions: manager?.permissions,
      }),
      admin_token,
    };
  }

  function answersOf({ run: { executions } }: newman.NewmanRunSummary): Answers {
    return new Map(
      executions
        .filter(({ response }) => response !== undefined)
        .map(({ item, response }) => [item.name, response.code]),
    );
  }

  it("runs from top to bottom, every answer as documented and every request a success but those that the chain has no way for", async () => {
    const summary = await run(await values());
    const failures = summary.run.failures.map(
      ({ source, error }) => `${source?.name}: ${error.test ?? ""} ${error.message}`,
    );
    expect(failures).to.deep.equal([]);
    const answers = answersOf(summary);
    const unsuccessful = [...answers].filter(([, status]) => status >= 300);
    expect(Object.fromEntries(unsuccessful)).to.deep.equal(REFUSED);
    const names: string[] = COLLECTION.item.flatMap(({ item }: { item: { name: string }[] }) =>
      item.map(({ name }) => name),
    );
    const unsent = names.filter((name) => !answers.has(name));
    expect(unsent).to.deep.equal(["Follow a settlement", "Follow all settlements of the environment"]);
  });
});

describe("the token of the Postman collection", function () {
  this.timeout(60_000);
  /** How often an issuer whose tokens live so long is asked for one during three requests. */
  async function asked(expires_in: number): Promise<number> {
    let tokens = 0;
    const server = createServer((request, response) => {
      request.resume();
      const isIssuer = request.url === "/token";
      if (isIssuer) tokens++;
      const bearer = request.headers.authorization;
      response.writeHead(isIssuer || bearer === `Bearer ${tokens}` ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(isIssuer ? { access_token: String(tokens), expires_in } : {}));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const folder = ["Templates", "Dashboard"];
      const summary = await run(
        { base_url: here, auth_url: `${here}/token`, client_id: "c", client_secret: "s" },
        folder,
      );
      const statuses = summary.run.executions.map(({ response }) => response.code);
      // What a script sends is listed too.
      expect(statuses, "every request has the newest token").to.deep.equal(Array(3 + tokens).fill(200));
      return tokens;
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  it("is got once and kept", async () => {
    expect(await asked(3_600)).to.equal(1);
  });

  it("is got anew from a minute before its end", async () => {
    expect(await asked(59)).to.equal(3);
  });
});
