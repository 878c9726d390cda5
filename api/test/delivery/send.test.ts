import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer, type Socket } from "node:net";
import { expect } from "chai";
import { createWebhookSender, type SenderOptions } from "../../src/delivery/send.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { atTheEnd } from "../support/root-hook.ts";

describe("createWebhookSender", () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  const send = (url: string, options: Partial<SenderOptions> = {}) =>
    createWebhookSender({ developmentMode: true, ...options }).send({
      url,
      headers: { "webhook-id": "evt_1" },
      body: '{"ü":1}',
    });

  /** A server that speaks no HTTP of its own accord. */
  async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      onConnection(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    atTheEnd(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it("posts the body as it is, with its headers", async () => {
    receiver.answer = (response) => response.writeHead(202).end("thanks");
    const outcome = await send(receiver.url);
    expect(outcome).to.deep.include({ success: true, statusCode: 202, excerpt: "thanks", error: null });
    expect(outcome.durationMs).to.be.a("number");
    const [got] = receiver.received;
    expect(got?.body).to.equal('{"ü":1}');
    expect(got?.headers).to.deep.include({
      "content-type": "application/json",
      "user-agent": "KeyStone-Webhooks",
      "webhook-id": "evt_1",
      "content-length": "8",
    });
  });

  it("calls every status but 2xx a failure", async () => {
    for (const status of [300, 400, 404, 410, 429, 500, 503]) {
      receiver.answer = (response) => response.writeHead(status, { "retry-after": "7" }).end();
      const outcome = await send(receiver.url);
      expect(outcome).to.deep.include({ success: false, statusCode: status, retryAfterSeconds: 7 });
      expect(outcome.error).to.include(String(status));
    }
  });

  it("never follows a redirect", async () => {
    const target = await startReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer = (response) => response.writeHead(status, { location: target.url }).end();
      expect(await send(receiver.url)).to.deep.include({ success: false, statusCode: status });
    }
    expect(receiver.received).to.have.length(5);
    expect(target.received).to.deep.equal([]);
  });

  describe("the address of a host", () => {
    const named = (port: number) => `http://hooks.example.com:${port}/hook`;

    it("is asked for once, checked, and is what is connected to, whatever is answered later", async () => {
      const answers = ["127.0.0.1", "10.0.0.1", "10.0.0.1"];
      let asked = 0;
      const resolve = async () => [{ address: answers[asked++] as string, family: 4 }];
      const outcome = await send(named(receiver.port), { resolve });
      expect(outcome.success).to.equal(true);
      expect(asked).to.equal(1);
      expect(receiver.received).to.have.length(1);
      expect(receiver.received[0]?.headers.host).to.equal(`hooks.example.com:${receiver.port}`);
    });

    it("is checked anew for every message", async () => {
      const answers = ["127.0.0.1", "10.0.0.1"];
      const resolve = async () => [{ address: answers.shift() as string, family: 4 }];
      const sender = createWebhookSender({ developmentMode: true, resolve });
      const message = { url: named(receiver.port), headers: {}, body: "{}" };
      expect((await sender.send(message)).success).to.equal(true);
      expect(await sender.send(message)).to.deep.include({
        success: false,
        statusCode: null,
        error: "The host has no public address",
      });
    });

    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "169.254.169.254",
      "100.64.0.1",
      "::1",
      "::ffff:127.0.0.1",
      "64:ff9b::7f00:1",
      "fd00::1",
    ]) {
      it(`is refused when it is ${address}, and nobody is connected to`, async () => {
        const resolve = async () => [{ address, family: address.includes(":") ? 6 : 4 }];
        const url = `https://hooks.example.com:${receiver.port}/hook`;
        const outcome = await send(url, { developmentMode: false, resolve });
        expect(outcome).to.deep.include({ success: false, error: "The host has no public address" });
        expect(receiver.received).to.deep.equal([]);
      });
    }

    it("is chosen among those that are allowed", async () => {
      const resolve = async () => [
        { address: "10.0.0.1", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ];
      expect((await send(named(receiver.port), { resolve })).success).to.equal(true);
    });

    it("that does not exist looks like one that is forbidden", async () => {
      const resolve = () => Promise.reject(new Error("getaddrinfo ENOTFOUND secret.internal"));
      const outcome = await send("https://secret.internal/", { developmentMode: false, resolve });
      expect(outcome.error).to.equal("The host has no public address");
    });

    it("that the URL names itself is refused without a connection", async () => {
      const outcome = await send(`https://127.0.0.1:${receiver.port}/`, { developmentMode: false });
      expect(outcome).to.deep.include({ success: false, statusCode: null });
      expect(outcome.error).to.include("public address");
    });
  });

  it("is done with a receiver that hangs", async () => {
    const url = await rawServer(() => {});
    const outcome = await send(url, { timeoutMs: 200 });
    expect(outcome).to.deep.include({ success: false, statusCode: null, error: "No answer within 0.2 s" });
  });

  it("is done with a name that is never resolved", async () => {
    const outcome = await send("http://hooks.example.com/", { timeoutMs: 200, resolve: () => new Promise(() => {}) });
    expect(outcome.error).to.equal("No answer within 0.2 s");
  });

  it("is done with headers that come a byte at a time, whenever the last one comes", async () => {
    const url = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      const drip = setInterval(() => socket.write("a"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    expect(await send(url, { timeoutMs: 300 })).to.deep.include({ success: false, error: "No answer within 0.3 s" });
  });

  it("takes the status as the answer when the body never ends, and keeps what came of it", async () => {
    const url = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
      const drip = setInterval(() => socket.write("a"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    const outcome = await send(url, { timeoutMs: 300 });
    expect(outcome).to.deep.include({ success: true, statusCode: 200, error: null });
    expect(outcome.excerpt).to.match(/^a+$/);
  });

  it("reads no more than 64 kB of an answer and closes the connection", async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const url = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const block = Buffer.alloc(16_384, "a");
      const flood = () => {
        while (!socket.destroyed && socket.write(block)) sent += block.length;
      };
      socket.on("drain", flood);
      socket.on("close", () => closed.resolve());
      flood();
    });
    const outcome = await send(url);
    await closed.promise;
    expect(outcome).to.deep.include({ success: true, excerpt: "a".repeat(1024) });
    // What was under way in the sockets' buffers, and not what a receiver would like to send.
    expect(sent).to.be.below(32 * 1024 * 1024);
  });

  it("gives up on headers without end, on what is no HTTP, on a closed door", async () => {
    const flood = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(100_000)}`));
    expect((await send(flood)).error).to.equal("Connection failed: HPE_HEADER_OVERFLOW");
    const noise = await rawServer((socket) => socket.end("hello\r\n\r\n"));
    expect((await send(noise)).error).to.match(/^Connection failed: HPE_/);
    const silent = await rawServer((socket) => socket.destroy());
    expect((await send(silent)).error).to.equal("Connection failed: ECONNRESET");
    const upgrade = await rawServer((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    );
    expect(await send(upgrade)).to.deep.include({ success: false, statusCode: 101 });
  });

  it("trusts no certificate that is not to be trusted", async () => {
    const url = `https://127.0.0.1:${receiver.port}/`;
    expect((await send(url)).error).to.match(/^Connection failed: /);
  });
});
