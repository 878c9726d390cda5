import { type AddressInfo, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { expect } from "chai";
import { RpcRequestError } from "viem";
import { freePort } from "../../../devnet/src/ports.ts";
import { Deadline } from "../../src/chains/deadline.ts";
import { Endpoint } from "../../src/chains/endpoint.ts";
import { NodeFault } from "../../src/chains/fault.ts";
import { unwatched } from "../../src/chains/watch.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { type Behaviour, type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { cut, drop, hang, huge, malformed, rpcError, status, truncated, wrongId } from "../support/faults.ts";

/** What must never be seen: credentials of a URL, in any of its parts. */
const SECRETS = ["the-user", "the-password", "path-key-123", "query-key-456"];

describe("one node", function () {
  this.timeout(30_000);
  let chain: TestChain;
  let proxy: FaultProxy;
  before(async () => {
    chain = await startTestChain();
    proxy = await startFaultProxy(chain.url);
  });
  after(async () => {
    await proxy.stop();
    await chain.stop();
  });

  const secretUrl = () => `${proxy.url.replace("//", "//the-user:the-password@")}/path-key-123?key=query-key-456`;
  const endpointAt = (url: string, perSecond = 1000) => new Endpoint(1, url, "node.example", perSecond, unwatched);
  const failure = async (endpoint: Endpoint, timeoutMs = 10_000): Promise<Error> => {
    const error = await endpoint.ask("eth_chainId", [], new Deadline(timeoutMs)).then(
      () => new Error("it answered"),
      (cause: Error) => cause,
    );
    for (const shown of [inspect(error, { depth: 10 }), JSON.stringify(error), String(error), error.stack]) {
      for (const secret of SECRETS) expect(shown).to.not.contain(secret);
    }
    return error;
  };

  it("answers", async () => {
    proxy.behave(() => null);
    expect(await endpointAt(secretUrl()).ask("eth_chainId", [], new Deadline(10_000))).to.equal("0xaa36a7");
  });

  const faults: [string, Behaviour, string, RegExp][] = [
    ["closes the connection", drop, "unreachable", /cannot be reached/],
    ["closes it midway through the answer", cut, "unreachable", /cannot be reached/],
    ["ends the answer midway", truncated, "malformed", /no JSON/],
    ["answers with a page", malformed("<html>"), "malformed", /no JSON/],
    ["answers with nothing", malformed(""), "malformed", /no JSON/],
    ["answers with null", malformed("null"), "malformed", /no JSON-RPC/],
    ["answers with a list", malformed("[]"), "malformed", /no JSON-RPC/],
    [
      "answers with neither result nor error",
      ({ id }, up) => malformed(`{"id":${id}}`)(never, up),
      "malformed",
      /without a result/,
    ],
    [
      "answers with an error of no shape",
      ({ id }, up) => malformed(`{"id":${id},"error":"no"}`)(never, up),
      "malformed",
      /error/,
    ],
    ["answers without end", huge, "malformed", /too long/],
    ["answers another question", wrongId, "malformed", /another question/],
    ["is broken", status(500), "http_error", /status 500/],
    [
      "is broken in JSON",
      status(502, {}, '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}'),
      "http_error",
      /status 502/,
    ],
    ["wants to know who asks", status(401, {}, "path-key-123 is not a key"), "http_error", /status 401/],
    [
      "sends elsewhere",
      (call, up) => status(307, { location: chain.url })(call, up),
      "unreachable",
      /cannot be reached/,
    ],
    ["has had enough", status(429, { "retry-after": "7" }), "rate_limited", /fewer requests/],
    ["has had enough, in JSON-RPC", rpcError(-32005, "daily limit path-key-123"), "rate_limited", /fewer requests/],
    ["has had enough, in a code of its own", rpcError(429, "slow down"), "rate_limited", /fewer requests/],
    ["has had enough, in words", rpcError(-32000, "Too Many Requests"), "rate_limited", /fewer requests/],
  ];
  for (const [what, behaviour, kind, message] of faults) {
    it(`gave no answer when it ${what}`, async () => {
      proxy.behave(behaviour);
      const error = await failure(endpointAt(secretUrl()));
      expect(error).to.be.instanceOf(NodeFault);
      expect(error).to.have.property("kind", kind);
      expect(error.message).to.match(message);
    });
  }

  it("gave no answer when it keeps the connection open and says nothing", async () => {
    proxy.behave(hang);
    expect(await failure(endpointAt(secretUrl()), 50)).to.have.property("kind", "timeout");
  });

  it("gave no answer when it is not there", async () => {
    const error = await failure(endpointAt(`http://the-user:the-password@127.0.0.1:${await freePort()}/path-key-123`));
    expect(error).to.have.property("kind", "unreachable");
    expect(error.message).to.equal("cannot be reached (ECONNREFUSED)");
  });

  it("answers with an error of its own, in which its keys are not to be read", async () => {
    proxy.behave(rpcError(-32000, "project path-key-123 of the-user has no archive"));
    const error = await failure(endpointAt(secretUrl()));
    expect(error).to.have.property("code", -32000);
    expect(error).to.have.property("details", "project [redacted] of [redacted] has no archive");
  });

  it("does not take an error of the question for a limit", async () => {
    for (const message of [
      "Transaction gas limit exceeds block gas limit",
      "Requested range exceeds maximum RPC range limit",
      // A contract writes this: it must not have a node left alone.
      "execution reverted: rate limit exceeded",
    ]) {
      proxy.behave(rpcError(-32005, message));
      expect(await failure(endpointAt(secretUrl()))).to.have.property("details", message);
    }
  });

  it("is left alone for as long as it asks, and not asked meanwhile", async () => {
    proxy.behave(status(429, { "retry-after": "30" }));
    const endpoint = endpointAt(proxy.url);
    await failure(endpoint);
    const asked = proxy.calls.length;
    expect(await failure(endpoint)).to.have.property("kind", "resting");
    expect(proxy.calls.length).to.equal(asked);
    expect(endpoint.condition()).to.deep.equal({ state: "resting", reason: "asks for fewer requests" });
  });

  it("is left alone after failures in a row, and has to show again what it is", async () => {
    proxy.behave(status(503));
    const endpoint = endpointAt(proxy.url);
    endpoint.prove("0x12");
    for (let failures = 0; failures < 3; failures++) {
      expect(endpoint.genesis).to.equal("0x12");
      expect(await failure(endpoint)).to.have.property("kind", "http_error");
    }
    expect(endpoint.genesis).to.equal(null);
    expect(await failure(endpoint)).to.have.property("kind", "resting");
  });

  it("is sent no more than its rate: who would have to wait too long is told at once", async () => {
    proxy.behave(() => null);
    const endpoint = endpointAt(proxy.url, 1);
    await endpoint.ask("eth_chainId", [], new Deadline(10_000));
    const asked = proxy.calls.length;
    const error = await failure(endpoint, 100);
    expect(error).to.deep.include({ kind: "rate_limited", message: "has had as many requests as it may" });
    expect(proxy.calls.length).to.equal(asked);
    expect(endpoint.condition().state).to.equal("unproven");
  });

  describe("over a websocket", () => {
    const socketUrl = () => chain.url.replace("http", "ws");

    it("answers, and again after the connection was closed", async () => {
      const endpoint = endpointAt(socketUrl());
      expect(await endpoint.ask("eth_chainId", [], new Deadline(10_000))).to.equal("0xaa36a7");
      endpoint.close();
      expect(await endpoint.ask("eth_chainId", [], new Deadline(10_000))).to.equal("0xaa36a7");
      const error = await endpoint.ask("eth_unknown", [], new Deadline(10_000)).catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(RpcRequestError);
      endpoint.close();
    });

    it("gave no answer when it is not there, and tells no part of its URL", async () => {
      const error = await failure(endpointAt("ws://the-user:the-password@127.0.0.1:1/path-key-123?key=query-key-456"));
      expect(error).to.have.property("kind", "unreachable");
    });

    it("gave no answer when it opens no connection, or closes it", async () => {
      const opened = new Set<Socket>();
      let accept = (socket: Socket) => void opened.add(socket);
      const server = createServer((socket) => accept(socket));
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      const { port } = server.address() as AddressInfo;
      expect(await failure(endpointAt(`ws://127.0.0.1:${port}`), 50)).to.have.property("kind", "timeout");
      accept = (socket) => void socket.destroy();
      expect(await failure(endpointAt(`ws://127.0.0.1:${port}/other`))).to.have.property("kind", "unreachable");
      for (const socket of opened) socket.destroy();
      await new Promise((closed) => server.close(closed));
    });
  });
});

const never = { id: 0, method: "", params: [] };
