import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { ALL_RIGHTS, type CallerKind, mayHold, RIGHTS, type Right, ROLES } from "../../src/auth/rights.ts";
import { LATEST_API_VERSION } from "../../src/version.ts";
import { allowIp } from "../support/allowed-ips.ts";
import { emptyBucket } from "../support/buckets.ts";
import type { Answer } from "../support/client.ts";
import { FORGERIES } from "../support/forgeries.ts";
import { instrument, registrar } from "../support/instruments.ts";
import { addMember, operatorToken } from "../support/members.ts";
import { callOf, type Operation, operations, secured } from "../support/operations.ts";
import { createSession } from "../support/sessions.ts";
import { createTenant, createToken, createUserToken, type Tenant } from "../support/tenants.ts";
import { matchTrade, type Trade } from "../support/trades.ts";
import { createEndpoint, deliveriesOf } from "../support/webhooks.ts";
import { useWorld } from "../support/world.ts";

/** What a call is made with. */
interface Bearer {
  token: string;
  headers?: Record<string, string>;
}

const KINDS = ["m2m", "user", "session"] as const satisfies CallerKind[];

describe("every operation", () => {
  const world = useWorld();
  let tenant: Tenant;
  let inactive: Tenant;
  let suspended: Tenant;
  let walled: Tenant;
  let hasty: Tenant;
  let theirs: Record<string, string>;
  let trade: Trade;
  before(async () => {
    [tenant, inactive, suspended, walled, hasty] = [
      await createTenant(world()),
      await createTenant(world()),
      await createTenant(world()),
      await createTenant(world()),
      await createTenant(world()),
    ];
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const { id: endpointId } = await createEndpoint(world(), seller);
    trade = await matchTrade(world(), { tenants: [seller, buyer] });
    const [delivery] = await deliveriesOf(world(), seller, endpointId);
    const { db } = world();
    await emptyBucket(world(), `environment:${hasty.environmentId}`);
    await emptyBucket(world(), "user:user|hasty");
    await allowIp(world(), walled, "192.0.2.0/24");
    const row = await db
      .selectFrom("keystone.activity_log")
      .select("id")
      .where("environment_id", "=", seller.environmentId)
      .executeTakeFirstOrThrow();
    const someone = { inviterName: "Test", inviteeEmail: "someone@example.com", roleIds: [], sendEmail: false };
    const invitation = await world().deps.directory.invite(seller.orgId, someone);
    theirs = {
      settlement_id: trade.settlementId,
      instruction_id: trade.sellerInstruction.id,
      env_id: trade.seller.environmentId,
      session_id: (await createSession(world(), trade.seller, { scopes: ["templates:read"] })).id,
      endpoint_id: endpointId,
      delivery_id: delivery.id,
      event_id: delivery.event_id,
      instrument_id: (
        await world().call("POST", "/v1/instruments", {
          token: await registrar(world(), trade.seller),
          json: instrument(),
        })
      ).body.id,
      log_id: row.id,
      user_id: (await addMember(world(), seller)).userId,
      invitation_id: invitation.id,
    };
    await db
      .updateTable("keystone.environment")
      .set({ is_active: false })
      .where("id", "=", inactive.environmentId)
      .execute();
    await db
      .updateTable("keystone.platform")
      .set({ status: "suspended" })
      .where("id", "=", suspended.platformId)
      .execute();
  });

  /** A caller of the kind with these rights. */
  async function bearer(kind: (typeof KINDS)[number], rights: readonly Right[], of = tenant): Promise<Bearer> {
    if (kind === "m2m")
      return { token: await createToken(world(), { clientId: of.clientId, scope: rights.join(" ") }) };
    if (kind === "session") {
      return createSession(world(), of, { scopes: rights.filter((right) => mayHold("session", right)) });
    }
    return {
      token: await createUserToken(world(), { orgId: of.orgId, permissions: rights }),
      headers: { "x-keystone-environment": of.environmentSlug },
    };
  }

  /** One that may do whatever its kind may do. */
  const strong = (kind: (typeof KINDS)[number], of = tenant) =>
    bearer(
      kind,
      ALL_RIGHTS.filter((right) => mayHold(kind, right)),
      of,
    );

  const send = async (operation: Operation, by: Partial<Bearer>, ids: Record<string, string> = {}): Promise<Answer> => {
    const { path, json } = await callOf(operation, world(), ids);
    const answer = await world().call(operation.method, path, { json, ...by });
    for (const name of ["limit", "remaining", "reset"]) {
      expect(answer.headers.get(`x-ratelimit-${name}`), name).to.match(/^[0-9]+$/);
    }
    return answer;
  };

  const expectRefused = ({ status, body }: Answer, expected: number, code: string) =>
    expect({ status, code: body.code }).to.deep.equal({ status: expected, code });

  /** The caller was let in; there may be nothing for it there. */
  const expectAdmitted = ({ status, body }: Answer) => {
    expect([200, 201, 204, 404], `${status} ${body?.code}`).to.include(status);
  };

  it("but a few needs a token", () => {
    const open = operations.filter((operation) => !secured.includes(operation)).map(({ path }) => path);
    expect(open).to.have.members(["/v1/status", "/graphql", "/health", "/ready", "/.well-known/jwks.json"]);
  });

  for (const operation of secured) {
    const { method, path, callers, about } = operation;
    describe(`${method} ${path}`, () => {
      it("asks for a token", async () => {
        const answer = await send(operation, {});
        expectRefused(answer, 401, "token_missing");
        expect(answer.headers.get("www-authenticate")).to.equal("Bearer");
      });

      for (const [name, { code, forge }] of Object.entries(FORGERIES)) {
        it(`refuses a token ${name}`, async () => {
          const answer = await send(operation, { token: await forge(world(), tenant) });
          expectRefused(answer, 401, code);
          expect(answer.headers.get("www-authenticate")).to.equal("Bearer");
        });
      }

      it("refuses a session that was revoked, one that has ended, and one that there never was", async () => {
        const scopes = ["settlements:read", "settlements:write"] as const;
        const revoked = await createSession(world(), tenant, { scopes, revoked: true });
        expectRefused(await send(operation, { token: revoked.token }), 401, "session_revoked");
        const ended = await createSession(world(), tenant, { scopes, expiresIn: -10 });
        expectRefused(await send(operation, { token: ended.token }), 401, "token_expired");
        const { platformId, environmentId } = tenant;
        const none = { sessionId: randomUUID(), platformId, environmentId, expiresAt: new Date(Date.now() + 60_000) };
        expectRefused(await send(operation, { token: await world().deps.sessions.sign(none) }), 401, "token_invalid");
      });

      if (callers.has("session")) {
        it("keeps a session to the settlements that it is bound to", async () => {
          const ids = { settlement_id: trade.settlementId, instruction_id: trade.sellerInstruction.id };
          const concerned =
            operation.id === "createInstruction" || Object.keys(ids).some((id) => path.includes(`{${id}}`));
          const scopes = ALL_RIGHTS.filter((right) => mayHold("session", right));
          const other = await createSession(world(), trade.seller, { scopes, settlementIds: [randomUUID()] });
          const answer = await send(operation, { token: other.token }, ids);
          if (concerned) expectRefused(answer, 403, "session_settlement_forbidden");
          else expectAdmitted(answer);
        });
      }

      it("refuses a client, an organization and an environment that are nobody's", async () => {
        const stranger = { ...tenant, clientId: "nobody", orgId: "org_nobody" };
        expectRefused(await send(operation, await strong("m2m", stranger)), 403, "environment_unknown");
        if (about !== "admin")
          expectRefused(await send(operation, await strong("user", stranger)), 403, "environment_unknown");
        const { environmentSlug } = trade.seller;
        const elsewhere = await send(operation, await strong("user", { ...tenant, environmentSlug }));
        if (about === "environment") expectRefused(elsewhere, 403, "environment_unknown");
      });

      for (const kind of KINDS) {
        const anyOf = callers.get(kind);
        if (anyOf === undefined) {
          it(`does not take a caller of the kind ${kind}`, async () => {
            const answer = await send(operation, await strong(kind));
            expectRefused(answer, 403, "insufficient_scope");
            expect(answer.body.context.callers).to.deep.equal([...callers.keys()]);
          });
          continue;
        }
        if (anyOf.length > 0) {
          it(`refuses a caller of the kind ${kind} that has all but the right`, async () => {
            const implying = anyOf.flatMap((right) =>
              kind === "m2m" ? [right, right.replace("instructions", "settlements")] : [right],
            );
            const rest = ALL_RIGHTS.filter((right) => !implying.includes(right));
            const answer = await send(operation, await bearer(kind, rest));
            expectRefused(answer, 403, "insufficient_scope");
            expect([answer.body.context.required].flat()).to.deep.equal(anyOf);
          });
        }
        for (const right of anyOf) {
          it(`is satisfied by ${right} of a caller of the kind ${kind}`, async () => {
            expectAdmitted(await send(operation, await bearer(kind, [right])));
          });
        }

        it(`tells a caller of the kind ${kind} of another tenant's objects what it tells of none`, async () => {
          if (!Object.keys(theirs).some((name) => path.includes(`{${name}}`))) return;
          const by = await strong(kind);
          const [foreign, none] = [await send(operation, by, theirs), await send(operation, by)];
          expectRefused(foreign, 404, "not_found");
          expect({ ...foreign.body, request_id: "" }).to.deep.equal({ ...none.body, request_id: "" });
        });

        it(`lets a caller of the kind ${kind} of a suspended platform do all but begin`, async () => {
          const answer = await send(operation, await strong(kind, suspended));
          if (["createInstruction", "createSettlement"].includes(operation.id))
            expectRefused(answer, 403, "platform_suspended");
          else expectAdmitted(answer);
        });

        it(`holds back a caller of the kind ${kind} that has called too often`, async () => {
          const by = await strong(kind, hasty);
          if (kind === "user") {
            const permissions = ALL_RIGHTS.filter((right) => mayHold(kind, right));
            by.token = await createUserToken(world(), { orgId: hasty.orgId, permissions, userId: "user|hasty" });
          }
          const answer = await send(operation, by);
          expectRefused(answer, 429, "rate_limited");
          expect(Number(answer.headers.get("retry-after"))).to.be.at.least(1);
          expect(answer.headers.get("x-ratelimit-remaining")).to.equal("0");
        });

        it(`from an address that is not listed ${kind === "m2m" ? "refuses" : "takes"} ${kind}`, async () => {
          const answer = await send(operation, await strong(kind, walled));
          if (kind === "m2m") expectRefused(answer, 403, "ip_not_allowed");
          else expectAdmitted(answer);
        });

        it(`with an inactive environment ${kind === "user" ? "lets users read" : `refuses ${kind}`}`, async () => {
          const answer = await send(operation, await strong(kind, inactive));
          if (kind === "user" && (method === "GET" || about !== "environment")) expectAdmitted(answer);
          else expectRefused(answer, 403, "environment_inactive");
        });
      }

      if (callers.has("admin")) {
        it("takes an operator of KeyStone, who needs no organization", async () => {
          expectAdmitted(await send(operation, { token: await operatorToken(world()) }));
          const { orgId } = tenant;
          const token = await createUserToken(world(), {
            orgId,
            permissions: ["keystone:admin"],
            userId: "operator|2",
          });
          expectAdmitted(await send(operation, { token }));
        });

        it("takes no machine's word that it were an operator, and answers in the newest version", async () => {
          const scope = "keystone:admin";
          const claims = { permissions: [scope] };
          const token = await createToken(world(), { clientId: tenant.clientId, scope, claims });
          const answer = await send(operation, { token });
          expectRefused(answer, 403, "insufficient_scope");
          expect(answer.headers.get("keystone-version")).to.equal(LATEST_API_VERSION);
        });

        it("holds back an operator of KeyStone that has called too often", async () => {
          const answer = await send(operation, { token: await operatorToken(world(), "user|hasty") });
          expectRefused(answer, 429, "rate_limited");
        });
      }

      const byUsers = callers.get("user");
      if (byUsers !== undefined) {
        for (const role of ROLES) {
          const rights = ALL_RIGHTS.filter((right) => (RIGHTS[right].roles as readonly string[]).includes(role));
          const may = byUsers.length === 0 || byUsers.some((right) => rights.includes(right));
          it(`${may ? "takes" : "refuses"} a ${role}`, async () => {
            const answer = await send(operation, await bearer("user", rights));
            if (may) expectAdmitted(answer);
            else expectRefused(answer, 403, "insufficient_scope");
          });
        }
        it(`${about === "environment" ? "needs" : "needs no"} environment named by a user`, async () => {
          const { token } = await strong("user");
          const answer = await send(operation, { token });
          if (about === "environment") expectRefused(answer, 400, "environment_header_required");
          else expectAdmitted(answer);
        });
      }
    });
  }
});
