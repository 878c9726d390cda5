import { execFile } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { createTokenVerifier } from "../../src/auth/verify-token.ts";
import type { Call } from "../support/client.ts";
import { REDIRECT_URI } from "../support/local-issuer.ts";
import { AUDIENCE, useWorld } from "../support/world.ts";

describe("from nothing to the first call, with the local issuer alone", () => {
  const world = useWorld();
  let call: Call;
  let origin: string;
  let issuer: string;
  before(async () => {
    issuer = world().local.url;
    const jwksUrl = `${issuer}.well-known/jwks.json`;
    const tokens = createTokenVerifier({ issuer, audience: AUDIENCE, jwksUrl });
    ({ call, origin } = await world().serve({ tokens }));
  });

  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${issuer}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };

  /** Signs in as a browser does, by authorization code with PKCE. */
  async function signIn(query: Record<string, string>): Promise<string> {
    const verifier = randomBytes(32).toString("base64url");
    const state = randomUUID();
    const authorize = new URL(`${issuer}authorize`);
    const parameters = {
      response_type: "code",
      client_id: "dashboard",
      redirect_uri: REDIRECT_URI,
      audience: AUDIENCE,
      state,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...query,
    };
    for (const [name, value] of Object.entries(parameters)) authorize.searchParams.set(name, value);
    const sent = await fetch(authorize, { redirect: "manual" });
    const back = new URL(sent.headers.get("location") ?? "");
    expect(back.searchParams.get("state")).to.equal(state);
    const { status, body } = await post("oauth/token", {
      grant_type: "authorization_code",
      client_id: "dashboard",
      code: back.searchParams.get("code"),
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI,
    });
    expect(status).to.equal(200);
    return body.access_token as string;
  }

  it("registers a platform, creates its client and calls; invites its manager, who signs in and goes on", async () => {
    const slug = `p-${randomUUID()}`;
    const operator = await world().local.userToken({ user_id: "operator|1", permissions: ["keystone:admin"] });
    const client = await world().local.createClient({ name: "Northwind" });
    const registration = { name: "Northwind", slug, auth0_client_id: client.client_id };
    const platform = await call("POST", "/v1/platforms", { token: operator, json: registration });
    expect(platform.status).to.equal(201);

    const machine = await post("oauth/token", { grant_type: "client_credentials", audience: AUDIENCE, ...client });
    const first = await call("GET", "/v1/platforms/me", { token: machine.body.access_token });
    expect(first.body).to.deep.equal(platform.body);

    const roles = (await world().deps.directory.roles()).filter(({ name }) => name === "platform_manager");
    const invitation = await call("POST", `/v1/platforms/${platform.body.id}/invitations`, {
      token: operator,
      json: { email: "grace@example.com", role_ids: roles.map(({ id }) => id) },
    });
    const ticket = new URL(invitation.body.invitation_url).searchParams;
    const organization = ticket.get("organization") as string;
    expect(organization).to.equal(platform.body.auth0_org_id);
    const grace = { organization, login_hint: "grace@example.com" };
    const manager = await signIn({ ...grace, invitation: ticket.get("invitation") as string });
    const members = await call("GET", "/v1/platforms/me/members", { token: manager });
    expect(members.body.items).to.have.length(1);
    expect(members.body.items[0].roles[0].name).to.equal("platform_manager");
    expect((await call("POST", "/v1/platforms/me/complete-onboarding", { token: manager })).status).to.equal(200);

    const next = await world().local.createClient();
    const environment = { name: "Staging", slug: "staging", auth0_client_id: next.client_id };
    expect(
      (await call("POST", "/v1/platforms/me/environments", { token: manager, json: environment })).status,
    ).to.equal(201);
    const headers = { "x-keystone-environment": "staging" };
    expect((await call("GET", "/v1/instructions", { token: manager, headers })).status).to.equal(200);

    const self = members.body.items[0].user_id;
    const out = await call("DELETE", `/v1/platforms/me/members/${encodeURIComponent(self)}`, { token: manager });
    expect(out.body.code).to.equal("self_change_forbidden");

    await world().local.restart();
    const again = await signIn(grace);
    const after = await call("GET", "/v1/platforms/me/members", { token: again });
    expect(after.body, "the directory is on disk").to.deep.equal(members.body);
  });

  it("works as the operations page shows it", async () => {
    const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    const shown = /first calls:\n\n```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const folder = mkdtempSync(join(tmpdir(), "keystone-first-call-"));
    try {
      const secrets = join(folder, "secrets.json");
      writeFileSync(secrets, JSON.stringify({ issuerAdminToken: world().local.adminToken }));
      const lines = shown
        .replace("http://127.0.0.1:8001", issuer.slice(0, -1))
        .replace("http://127.0.0.1:8000", origin)
        .replace(".keystone/secrets.json", secrets);
      const { stdout, stderr } = await promisify(execFile)("bash", ["--norc", "-euo", "pipefail", "-c", lines]);
      expect(stderr).to.equal("");
      expect(stdout).to.match(/"slug":"alpine"[\s\S]*"email":"grace@example.com"[\s\S]*"name":"platform_manager"/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("gives a member the rights of the roles that it has when it signs in", async () => {
    const organization = await world().deps.directory.createOrganization({
      name: `p-${randomUUID()}`,
      displayName: "A",
      platformId: randomUUID(),
    });
    const email = `${randomUUID()}@example.com`;
    const invited = { inviterName: "A", inviteeEmail: email, roleIds: ["rol_viewer"], sendEmail: false };
    const { invitationUrl } = await world().deps.directory.invite(organization as string, invited);
    const { user_id } = await world().local.accept(invitationUrl);
    const query = { organization: organization as string, login_hint: email };
    const permissions = async () => {
      const [, payload] = (await signIn(query)).split(".");
      return JSON.parse(Buffer.from(payload as string, "base64url").toString());
    };
    expect(await permissions()).to.deep.include({
      sub: user_id,
      org_id: organization,
      aud: AUDIENCE,
      azp: "dashboard",
    });
    expect((await permissions()).permissions).to.not.include("compliance:decide");
    const change = { take: ["rol_viewer"], give: ["rol_compliance_officer"] };
    await world().deps.directory.changeRoles(organization as string, user_id, change);
    expect((await permissions()).permissions).to.include("compliance:decide");
  });
});
