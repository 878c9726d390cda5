import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ConflictError,
  type InstructionCreate,
  KeystoneClient,
  NotFoundError,
  type WebhookEvent,
} from "@keystoneos/sdk";
import { unwrap } from "@keystoneos/sdk/webhooks";
import { expect } from "chai";
import { twoChains } from "../../devnet/src/demo/context.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import type { WorldClient } from "../../devnet/src/world/clients.ts";
import { sharedWorld, type World } from "./support/world.ts";

describe("the TypeScript SDK", function () {
  this.timeout(180_000);
  let world: World;
  let seller: KeystoneClient;
  let buyer: KeystoneClient;
  const received: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const receiver = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: Buffer.concat(await request.toArray()) });
    response.end();
  });

  const connect = ({ clientId, clientSecret }: WorldClient) =>
    new KeystoneClient({
      clientId,
      clientSecret,
      baseUrl: world.apiUrl.replace(/\/v1$/, ""),
      auth0TokenUrl: world.issuer.tokenUrl,
      auth0Audience: world.issuer.audience,
    });

  before(async () => {
    world = await sharedWorld();
    [seller, buyer] = [connect(world.clients[0]), connect(world.clients[1])];
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
  });
  after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });

  const side = (role: "seller" | "buyer", more: Partial<InstructionCreate> = {}): InstructionCreate => {
    const { home } = twoChains(world);
    const [bond, cash] = role === "seller" ? (["deliver", "receive"] as const) : (["receive", "deliver"] as const);
    return {
      templateSlug: "dvp-standard",
      role,
      party: {
        externalReference: role,
        name: `Desk ${role}`,
        walletAddress: world.parties[role === "seller" ? 0 : 1] as string,
      },
      legs: [
        { instrumentId: "KBOND", chainId: home, quantity: "12.5", direction: bond },
        { instrumentId: "TUSDC", chainId: home, quantity: "12400.25", direction: cash },
      ],
      timeoutAt: new Date(Date.now() + 600_000),
      ...more,
    };
  };

  it("submits both sides, waits for the match and for what follows, lists it and is told of it", async () => {
    const { port } = receiver.address() as AddressInfo;
    const endpoint = await seller.webhooks.create({ url: `http://127.0.0.1:${port}/`, events: ["settlement.*"] });
    const mine = await seller.instructions.submit(side("seller"));
    expect(mine.status).to.equal("pending_match");
    const { tradeReference } = mine;
    const matched = seller.instructions.waitFor(mine.id, { pollInterval: 200 });
    const theirs = await buyer.instructions.submit(side("buyer", { tradeReference }));
    const { settlementId } = await matched;
    expect(settlementId).to.be.a("string").and.equal(theirs.settlementId);

    const states: string[] = [];
    const settlement = await seller.settlements.waitFor(settlementId as string, {
      state: "AWAITING_DEPOSITS",
      onUpdate: ({ state }) => void states.push(state),
    });
    expect(settlement.onChain?.finality).to.be.oneOf(["safe", "finalized"]);
    expect(states.at(-1)).to.equal("AWAITING_DEPOSITS");
    expect(settlement.legs.map(({ amount }) => amount)).to.deep.equal([12_500_000_000_000_000_000n, 12_400_250_000n]);
    expect(settlement.terms.legs.map(({ amount }) => amount)).to.deep.equal(["12500000000000000000", "12400250000"]);
    const again = await seller.settlements.waitFor(settlement.id, { state: "INSTRUCTED" });
    expect(again.state, "a state that it has passed").to.equal("AWAITING_DEPOSITS");

    const found = await seller.settlements
      .list({ tradeReference, state: ["AWAITING_DEPOSITS", "FINALIZED"] })
      .toArray();
    expect(found.map(({ id }) => id)).to.deep.equal([settlementId]);
    const events = await seller.settlements.listEvents(settlement.id, { limit: 2 }).toArray();
    expect(events.map(({ sequence }) => sequence)).to.deep.equal(events.map((_, index) => index + 1));
    expect(events.length).to.be.at.least(3);

    const { data: info, rateLimit } = await seller.settlements.depositInfo(settlement.id, 0).withResponse();
    expect(info).to.include({ depositAmount: 12_500_000_000_000_000_000n, chainId: settlement.legs[0]?.chainId });
    expect(rateLimit?.remaining).to.be.a("number");

    const told = await until(
      () => "a delivery of the settlement",
      60_000,
      async () => received.find(({ body }) => body.includes(settlement.id)),
    );
    const event: WebhookEvent = await unwrap(told.body, told.headers, endpoint.secret as string);
    if (event.event !== "settlement.state.instructed") return expect.fail(event.event);
    expect(event.data).to.include({ settlementId: settlement.id, state: "INSTRUCTED", tradeReference });
    const { newSecret } = await seller.webhooks.rotateSecret(endpoint.id);
    expect(newSecret).to.not.equal(endpoint.secret);
    await seller.webhooks.delete(endpoint.id);
    const gone = await seller.webhooks.get(endpoint.id).catch((error: unknown) => error);
    expect(gone).to.be.instanceOf(NotFoundError).with.property("code", "not_found");
  });

  it("replays by key, raises what is refused, and streams what has happened since", async () => {
    const before = (await seller.events.list().toArray()).at(-1);
    const input = side("seller", { idempotencyKey: seller.generateIdempotencyKey("sdk") });
    const mine = await seller.instructions.submit(input);
    const { data, replayed } = await seller.instructions.submit(input).withResponse();
    expect({ id: data.id, replayed }).to.deep.equal({ id: mine.id, replayed: true });
    const cancelled = await seller.instructions.cancel(mine.id);
    expect(cancelled.status).to.equal("cancelled");
    const late = await seller.instructions.cancel(mine.id).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(ConflictError).with.property("code", "instruction_not_cancellable");

    for await (const told of seller.events.stream({ lastEventId: before?.id as string, finality: "safe" })) {
      if (told.event !== "instruction.cancelled") continue;
      expect(told.data).to.include({ instructionId: mine.id, status: "cancelled" });
      break;
    }
    const metrics = await seller.dashboard.metrics();
    expect(metrics.settlementsByState.INSTRUCTED).to.be.a("number");
  });
});
