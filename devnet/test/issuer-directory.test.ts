import { createHash, randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { DirectoryFile } from "../src/issuer/directory.ts";
import { MANAGEMENT_SCOPES } from "../src/issuer/management.ts";
import { ensureOrganizations } from "../src/world/clients.ts";
import { failure } from "./support/error.ts";
import { temporaryFolder } from "./support/folder.ts";
import { ADMIN, DIRECTORY_SECRET as SECRET, startIssuer, type TestIssuer } from "./support/issuer.ts";

const AUDIENCE = "https://api.keystoneos.xyz";
const REDIRECT = "http://localhost:5173/callback";

// biome-ignore lint/suspicious/noExplicitAny: bodies are what the tests say they are.
type Json = any;

describe("the local issuer's directory", function () {
  this.timeout(60_000);
  const { dir, remove } = temporaryFolder();
  let issuer: string;
  let running: TestIssuer;
  let token: string;

  before(async () => {
    running = await startIssuer(dir, { ISSUER_REDIRECT_URIS: `https://other.example/back, ${REDIRECT}` });
    issuer = running.url;
    token = await managementToken();
  });
  after(async () => {
    await running.stop();
    remove();
  });

  const send = async (method: string, path: string, body?: unknown, bearer: string | null = token) => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (bearer !== null) headers.authorization = `Bearer ${bearer}`;
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${issuer}${path}`, init);
    const text = await response.text();
    return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as Json };
  };
  const managementToken = async (scope?: string): Promise<string> => {
    const { body } = await send("POST", "oauth/token", {
      grant_type: "client_credentials",
      client_id: "keystone-api",
      client_secret: SECRET,
      audience: `${issuer}api/v2/`,
      scope,
    });
    return body.access_token;
  };
  let names = 0;
  const organization = async (): Promise<string> => {
    const { status, body } = await send("POST", "api/v2/organizations", { name: `org-${names++}` });
    expect(status).to.equal(201);
    return body.id;
  };
  const invite = async (id: string, email: string, roles?: string[]): Promise<Json> => {
    const invitation = { inviter: { name: "Ada" }, invitee: { email }, client_id: "dashboard", roles };
    const { status, body } = await send("POST", `api/v2/organizations/${id}/invitations`, invitation);
    expect(status).to.equal(201);
    return body;
  };
  const members = async (id: string): Promise<Json[]> =>
    (await send("GET", `api/v2/organizations/${id}/members?fields=user_id,email,name,roles`)).body.members;
  const join_ = async (id: string, email: string, roles?: string[]): Promise<string> => {
    const { invitation_url } = await invite(id, email, roles);
    const response = await fetch(invitation_url, { method: "POST" });
    return ((await response.json()) as Json).user_id;
  };

  describe("by the Management API", () => {
    it("is managed by the API's own client alone, which calls nothing else, each route by its scope", async () => {
      const { body: client } = await send("POST", "clients", { name: "A" }, ADMIN);
      const grant = {
        grant_type: "client_credentials",
        client_id: client.client_id,
        client_secret: client.client_secret,
      };
      const machine = (await send("POST", "oauth/token", { ...grant, audience: AUDIENCE })).body.access_token;
      const wrong = await send("POST", "oauth/token", { ...grant, audience: `${issuer}api/v2/` });
      expect([wrong.status, wrong.body.error]).to.deep.equal([400, "invalid_target"]);
      const own = { ...grant, client_id: "keystone-api", client_secret: SECRET, audience: AUDIENCE };
      expect((await send("POST", "oauth/token", own)).body.error).to.equal("invalid_target");
      expect((await send("POST", "oauth/token", { ...own, client_secret: "wrong" })).body.error).to.equal(
        "invalid_client",
      );
      for (const bearer of [null, "x", machine]) {
        const { status, body } = await send("GET", "api/v2/roles", undefined, bearer);
        expect(status).to.equal(401);
        expect(body).to.deep.equal({ statusCode: 401, error: "Unauthorized", message: "Invalid token" });
      }
      const id = await organization();
      for (const [method, path, scope] of [
        ["POST", "organizations", "create:organizations"],
        ["GET", "organizations/name/x", "read:organizations"],
        ["GET", `organizations/${id}/members`, "read:organization_members"],
        ["DELETE", `organizations/${id}/members`, "delete:organization_members"],
        ["POST", `organizations/${id}/members/x/roles`, "create:organization_member_roles"],
        ["DELETE", `organizations/${id}/members/x/roles`, "delete:organization_member_roles"],
        ["GET", `organizations/${id}/invitations`, "read:organization_invitations"],
        ["POST", `organizations/${id}/invitations`, "create:organization_invitations"],
        ["DELETE", `organizations/${id}/invitations/x`, "delete:organization_invitations"],
        ["GET", "roles", "read:roles"],
        ["GET", "clients/x", "read:clients"],
      ] as const) {
        const without = await managementToken(MANAGEMENT_SCOPES.filter((each) => each !== scope).join(" "));
        const body = method === "GET" ? undefined : {};
        const refused = await send(method, `api/v2/${path}`, body, without);
        expect([refused.status, refused.body.errorCode], path).to.deep.equal([403, "insufficient_scope"]);
      }
    });

    it("has one organization of a name", async () => {
      const fields = { name: "acme", display_name: "Acme", metadata: { a: "b" } };
      const made = await send("POST", "api/v2/organizations", fields);
      expect(made.status).to.equal(201);
      expect(made.body).to.deep.equal({ id: "org_local_acme", ...fields });
      const again = await send("POST", "api/v2/organizations", fields);
      expect([again.status, again.body.errorCode]).to.deep.equal([409, "organization_conflict"]);
      expect((await send("GET", "api/v2/organizations/name/acme")).body).to.deep.equal(made.body);
      expect((await send("GET", "api/v2/organizations/name/nobody")).status).to.equal(404);
      for (const name of ["", "Acme", "-a", "x".repeat(51), "a b"]) {
        const refused = await send("POST", "api/v2/organizations", { name });
        expect([refused.status, refused.body.errorCode], name).to.deep.equal([400, "invalid_body"]);
      }
      expect(statSync(join(dir, "issuer", "directory.json")).mode & 0o777).to.equal(0o600);
    });

    it("lists members page by page, gives and takes roles, and removes members", async () => {
      const id = await organization();
      const ids = [];
      for (const name of ["a", "b", "c"]) ids.push(await join_(id, `${name}-${id}@example.com`, ["rol_viewer"]));
      const page = await send("GET", `api/v2/organizations/${id}/members?take=2&fields=user_id`);
      expect(page.body.members).to.deep.equal(ids.slice(0, 2).map((user_id) => ({ user_id })));
      const rest = await send("GET", `api/v2/organizations/${id}/members?take=2&fields=user_id&from=${page.body.next}`);
      expect(rest.body).to.deep.equal({ members: [{ user_id: ids[2] }] });
      const path = `api/v2/organizations/${id}/members/${encodeURIComponent(ids[0] as string)}/roles`;
      expect((await send("POST", path, { roles: ["rol_operator", "rol_viewer"] })).status).to.equal(204);
      expect((await send("DELETE", path, { roles: ["rol_viewer"] })).status).to.equal(204);
      expect((await members(id))[0].roles).to.deep.equal([{ id: "rol_operator", name: "operator" }]);
      expect((await send("POST", path, { roles: ["rol_none"] })).status).to.equal(400);
      expect((await send("POST", path, { roles: [] })).status).to.equal(400);
      expect((await send("DELETE", `api/v2/organizations/${id}/members`, { members: [ids[1]] })).status).to.equal(204);
      expect((await members(id)).map(({ user_id }) => user_id)).to.deep.equal([ids[0], ids[2]]);
      const elsewhere = await organization();
      const foreign = path.replace(id, elsewhere);
      expect((await send("POST", foreign, { roles: ["rol_viewer"] })).status).to.equal(404);
    });

    it("keeps invitations until they are accepted or withdrawn, and refuses what Auth0 refuses", async () => {
      const id = await organization();
      const [first, second] = [await invite(id, "a@example.com"), await invite(id, "a@example.com")];
      const list = async () =>
        (await send("GET", `api/v2/organizations/${id}/invitations?include_totals=true`)).body.invitations.map(
          (each: Json) => each.id,
        );
      expect(await list(), "a person may be invited twice").to.deep.equal([second.id, first.id]);
      expect((await send("DELETE", `api/v2/organizations/${id}/invitations/${second.id}`)).status).to.equal(204);
      expect((await send("DELETE", `api/v2/organizations/${id}/invitations/${second.id}`)).status).to.equal(404);
      expect((await fetch(second.invitation_url, { method: "POST" })).status).to.equal(404);
      const [once, twice] = [
        await fetch(first.invitation_url, { method: "POST" }),
        await fetch(first.invitation_url, { method: "POST" }),
      ];
      expect([once.status, twice.status]).to.deep.equal([200, 404]);
      expect(await list()).to.deep.equal([]);
      const good = { inviter: { name: "Ada" }, invitee: { email: "b@example.com" }, client_id: "dashboard" };
      for (const changes of [
        { client_id: "other" },
        { roles: ["rol_none"] },
        { roles: [] },
        { invitee: { email: "b" } },
      ]) {
        const { status, body } = await send("POST", `api/v2/organizations/${id}/invitations`, { ...good, ...changes });
        expect([status, body.errorCode]).to.deep.equal([400, "invalid_body"]);
      }
      expect((await send("POST", "api/v2/organizations/org_none/invitations", good)).status).to.equal(404);
    });

    it("opens no invitation that has expired", () => {
      const directory = new DirectoryFile(join(dir, "expired.json"));
      const { id } = directory.createOrganization({ name: "a", display_name: "A", metadata: {} }) ?? { id: "" };
      const fields = {
        organization_id: id,
        inviter: { name: "A" },
        invitee: { email: "a@example.com" },
        client_id: "c",
        roles: [],
      };
      const [open, expired] = [directory.invite(fields, 60), directory.invite(fields, -1)];
      expect(directory.openInvitation(id, open.ticket_id)?.id).to.equal(open.id);
      expect(directory.openInvitation(id, expired.ticket_id)).to.equal(undefined);
    });

    it("gives the platforms of the local world their organizations, as often as it starts", async () => {
      const world = [
        { platform: "northwind", name: "Northwind" },
        { platform: "meridian", name: "Meridian" },
      ].map((each) => ({
        ...each,
        environment: "local",
        clientId: "c",
        clientSecret: "s",
      }));
      const client = { client_id: "keystone-api", client_secret: SECRET };
      for (let start = 0; start < 2; start++) {
        expect([...(await ensureOrganizations(issuer, client, world))]).to.deep.equal([
          ["northwind", "org_local_northwind"],
          ["meridian", "org_local_meridian"],
        ]);
      }
      const wrong = { ...client, client_secret: "wrong" };
      await failure("OrganizationNotCreated", () => ensureOrganizations(issuer, wrong, world));
    });

    it("tells of a client, and never its secret", async () => {
      const fields = { name: "A", client_metadata: { keystone_organization_id: "org_1" } };
      const { body: client } = await send("POST", "clients", fields, ADMIN);
      const { body } = await send("GET", `api/v2/clients/${client.client_id}`);
      expect(body).to.deep.equal({ client_id: client.client_id, ...fields });
      expect((await send("GET", "api/v2/clients/nobody")).status).to.equal(404);
    });
  });

  describe("by signing in", () => {
    const VERIFIER = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(VERIFIER).digest("base64url");
    let id: string;
    let email: string;
    let userId: string;
    before(async () => {
      id = await organization();
      email = `grace-${id}@example.com`;
      userId = await join_(id, email, ["rol_viewer", "rol_developer"]);
    });

    const authorize = async (changes: Record<string, string | undefined> = {}) => {
      const url = new URL(`${issuer}authorize`);
      const query = {
        response_type: "code",
        client_id: "dashboard",
        redirect_uri: REDIRECT,
        state: "s&t",
        nonce: "n",
        scope: "openid profile",
        audience: AUDIENCE,
        organization: id,
        code_challenge: challenge,
        code_challenge_method: "S256",
        login_hint: email,
        ...changes,
      };
      for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
      const response = await fetch(url, { redirect: "manual" });
      const location = response.headers.get("location");
      const text = await response.text();
      return {
        status: response.status,
        text,
        location,
        back: location === null ? null : new URL(location).searchParams,
      };
    };
    const exchange = (code: string | null | undefined, changes: Record<string, string> = {}) =>
      send(
        "POST",
        "oauth/token",
        {
          grant_type: "authorization_code",
          client_id: "dashboard",
          code,
          code_verifier: VERIFIER,
          redirect_uri: REDIRECT,
          ...changes,
        },
        null,
      );

    it("gives a code with the state, and for the code tokens with organization and permissions, once", async () => {
      const { status, location, back } = await authorize();
      expect(status).to.equal(302);
      expect(location).to.match(/^http:\/\/localhost:5173\/callback\?/);
      expect(back?.get("state")).to.equal("s&t");
      const { status: given, body } = await exchange(back?.get("code"));
      expect(given).to.equal(200);
      const keys = createRemoteJWKSet(new URL(`${issuer}.well-known/jwks.json`));
      const access = await jwtVerify(body.access_token, keys, { issuer, audience: AUDIENCE, algorithms: ["RS256"] });
      expect(access.payload).to.deep.include({ sub: userId, org_id: id, azp: "dashboard", scope: "openid profile" });
      expect(access.payload.permissions).to.include.members(["settlements:read", "instruments:write"]);
      expect(access.payload.permissions).to.not.include("platform:write");
      const identity = await jwtVerify(body.id_token, keys, { issuer, audience: "dashboard" });
      expect(identity.payload).to.deep.include({ sub: userId, org_id: id, email, nonce: "n" });
      const again = await exchange(back?.get("code"));
      expect([again.status, again.body.error]).to.deep.equal([403, "invalid_grant"]);
    });

    for (const [name, changes] of [
      ["another verifier", { code_verifier: "x".repeat(43) }],
      ["another redirect_uri", { redirect_uri: "https://other.example/back" }],
      ["another client", { client_id: "keystone-api" }],
    ] as const) {
      it(`gives nothing for a code with ${name}, and the code is spent`, async () => {
        const { back } = await authorize();
        const { status, body } = await exchange(back?.get("code"), changes);
        expect([status, body.error]).to.deep.equal([403, "invalid_grant"]);
        expect((await exchange(back?.get("code"))).status).to.equal(403);
      });
    }

    it("sends nobody to where the client does not live", async () => {
      for (const changes of [
        { redirect_uri: "https://evil.example/" },
        { redirect_uri: `${REDIRECT}/more` },
        { client_id: "other" },
        { redirect_uri: undefined },
      ]) {
        const { status, location } = await authorize(changes);
        expect({ status, location }).to.deep.equal({ status: 400, location: null });
      }
    });

    for (const [name, changes, error] of [
      ["no challenge", { code_challenge: undefined }, "invalid_request"],
      ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
      ["another kind of answer", { response_type: "token" }, "unsupported_response_type"],
      ["no organization", { organization: undefined }, "invalid_request"],
      ["an organization that there is not", { organization: "org_none" }, "invalid_request"],
      ["another audience", { audience: "https://other.example" }, "invalid_target"],
      ["somebody who is no member", { login_hint: "nobody@example.com" }, "access_denied"],
      ["an invitation that is none", { invitation: "x" }, "invalid_request"],
    ] as const) {
      it(`sends back with ${error} for ${name}`, async () => {
        const { status, back } = await authorize(changes);
        expect(status).to.equal(302);
        expect(back?.get("error")).to.equal(error);
        expect(back?.get("state")).to.equal("s&t");
        expect(back?.has("code")).to.equal(false);
      });
    }

    it("accepts an invitation on the way, from the invited address alone", async () => {
      const { ticket_id } = await invite(id, "new@example.com", ["rol_operator"]);
      const other = await authorize({ invitation: ticket_id });
      expect(other.back?.get("error")).to.equal("access_denied");
      const { back } = await authorize({ invitation: ticket_id, login_hint: "New@example.com" });
      const { body } = await exchange(back?.get("code"));
      expect(JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString()).permissions).to.include(
        "instructions:write",
      );
      expect((await members(id)).map((member) => member.email)).to.include("new@example.com");
    });

    it("asks who signs in where nobody is named, and repeats nothing that could be markup", async () => {
      const { status, text } = await authorize({ login_hint: undefined, state: '"><script>alert(1)</script>' });
      expect(status).to.equal(200);
      expect(text).to.include('name="login_hint"').and.not.include("<script>");
    });
  });
});
