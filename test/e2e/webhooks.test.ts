import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { connectPlatform, type Platform } from "../../devnet/src/demo/platform.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import { disturbedTrade } from "./support/trade.ts";
import { sharedWorld, type World } from "./support/world.ts";

interface Told {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** The states of a trade that is delivered, in the order in which each platform is told of them. */
const STATES = [
  "instructed",
  "compliance_checking",
  "compliance_cleared",
  "awaiting_deposits",
  "executing_swap",
  "finalized",
].map((state) => `settlement.state.${state}`);

describe("webhooks of a settlement", function () {
  this.timeout(180_000);
  let world: World;
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end();
    });
  });

  before(async () => {
    world = await sharedWorld();
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
  });
  after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });

  /** All that the platform can read of a settlement since, but what its instruction became: its endpoint is not told of that. */
  async function eventsOf(platform: Platform, settlementId: string): Promise<Told[]> {
    const page = await platform.get<{ items: Told[]; total: number }>(
      `/events?settlement_id=${settlementId}&limit=200`,
    );
    expect(page.items).to.have.length(page.total);
    return page.items.filter(({ event }) => event.startsWith("settlement."));
  }

  it("reach both platforms, each fact under one id, although courier and database are killed meanwhile", async () => {
    const platforms = world.clients.map((client) => connectPlatform(world, client));
    const { port } = receiver.address() as AddressInfo;
    const secrets = await Promise.all(
      platforms.map(async (platform) => {
        const body = { url: `http://127.0.0.1:${port}/${platform.slug}`, events: ["settlement.*"] };
        const endpoint = await platform.post<{ secret: string }>("/platforms/me/webhooks", body, crypto.randomUUID());
        return endpoint.secret;
      }),
    );
    const crash = async (name: "courier" | "postgres") => {
      await world.crash(name);
      await world.ready(name);
    };
    const { problems, report } = await disturbedTrade(world, "told", {
      afterMatch: () => crash("courier"),
      betweenDeposits: () => crash("postgres"),
      afterDeposits: () => crash("courier"),
    });
    expect(problems).to.deep.equal([]);
    const settlementId = report.settlements[0]?.id as string;

    const told = await until(
      () => "the last state told to both platforms",
      60_000,
      async () => {
        const all = await Promise.all(platforms.map((platform) => eventsOf(platform, settlementId)));
        const ids = new Set(received.map(({ headers }) => headers["webhook-id"]));
        const done = all.every((events) => events.some(({ event }) => event === STATES.at(-1)));
        return done && all.flat().every(({ id }) => ids.has(id)) ? all : undefined;
      },
    );
    for (const events of told) {
      const names = events.map(({ event }) => event);
      expect(names.filter((name) => name.startsWith("settlement.state."))).to.deep.equal(STATES);
      expect(names.filter((name) => name === "settlement.compliance.cleared")).to.have.length(1);
      for (const leg of ["deposited", "released"]) {
        expect(names.filter((name) => name === `settlement.leg.${leg}`)).to.have.length(2);
      }
    }
    const [first, second] = told.map((events) => events.map(({ id }) => id).sort());
    expect(first).to.deep.equal(second);

    const signedBy = ({ headers, body }: (typeof received)[number]) =>
      secrets.find((secret) => {
        const key = Buffer.from(secret.slice("whsec_".length), "base64");
        const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
        return headers["webhook-signature"] === `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
      });
    const bodies = new Map<string, Set<string>>();
    for (const each of received) {
      const key = `${signedBy(each)} ${each.headers["webhook-id"]}`;
      bodies.set(key, (bodies.get(key) ?? new Set()).add(each.body));
    }
    expect(received.map(signedBy)).to.not.include(undefined);
    expect([...bodies.values()].every(({ size }) => size === 1)).to.equal(true);
  });
});
