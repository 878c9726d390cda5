import { expect } from "chai";
import type { Address } from "viem";
import { cipherOwl } from "../../../src/screening/cipherowl/wallet-screening.ts";
import { Unavailable } from "../../../src/screening/provider.ts";
import { type CipherOwlServer, startCipherOwlServer } from "../../support/cipherowl-server.ts";
import { answerJson, type Exchange } from "../../support/http-server.ts";

const CLEAN: Address = `0x${"Ab".repeat(20)}`;
const RISKY: Address = `0x${"cD".repeat(20)}`;
const screened = (address: Address) => `GET /api/screen/v1/chains/evm/addresses/${address}`;

describe("CipherOwl", function () {
  this.timeout(30_000);
  let server: CipherOwlServer;
  let provider: ReturnType<typeof cipherOwl>;
  const { signal } = new AbortController();
  beforeEach(async () => {
    server = await startCipherOwlServer();
    provider = cipherOwl(server);
  });
  afterEach(() => server.close());

  const screen = (address: Address) => provider.screenWallet({ address, chainIds: [84532, 11155111] }, signal);
  const failure = async (address = CLEAN): Promise<Error> => {
    const result = await screen(address).catch((error: unknown) => error);
    if (result instanceof Error) return result;
    throw new Error("the answer was taken");
  };
  const risk = (changes: { riskScore?: number; riskBand?: string; categories?: string[] }) =>
    server.risks.set(RISKY.toLowerCase(), { categories: [], ...changes });

  it("passes a wallet without risk, with one token for all chains and all wallets", async () => {
    const [one, two] = [await screen(CLEAN), await screen(CLEAN)];
    expect(one).to.deep.include({ status: "pass", riskScore: null, matchedLists: [] });
    expect(one.referenceId).to.match(/^cipherowl:co-institution:20261120:[0-9a-f-]{36}$/);
    expect(one.referenceId).to.not.equal(two.referenceId);
    expect(server.requests).to.deep.equal(["POST /oauth/token", screened(CLEAN), screened(CLEAN)]);
  });

  it("fails the worst band and flags every other risk, with the score and categories of the same configuration", async () => {
    const found = async (band: string | undefined) => {
      risk({
        riskScore: 91.5,
        categories: ["Scam", "Sanctioned by US", "Scam"],
        ...(band === undefined ? {} : { riskBand: band }),
      });
      const { referenceId: _, ...rest } = await screen(RISKY);
      return rest;
    };
    const told = { riskScore: 91.5, matchedLists: ["Sanctioned by US", "Scam"] };
    expect(await found("Severe Risk")).to.deep.equal({ status: "fail", ...told });
    for (const band of ["High Risk", "Medium Risk", "Low Risk", "severe", undefined]) {
      expect(await found(band), band).to.deep.equal({ status: "flagged", ...told });
    }
    expect(server.requests.slice(1, 3)).to.deep.equal([
      screened(RISKY),
      `GET /api/reason/v2/chains/evm/addresses/${RISKY}/risk-score?config=co-institution`,
    ]);
  });

  it("flags a risk whose score the plan does not include", async () => {
    risk({ riskBand: "Severe Risk" });
    await screen(CLEAN);
    const pass = ({ response }: Exchange) =>
      answerJson(response, 200, { chain: "evm", address: RISKY, foundRisk: true });
    for (const status of [403, 404]) {
      server.instead.push(pass, ({ response }) => answerJson(response, status, { code: 7 }));
      expect(await screen(RISKY)).to.deep.include({ status: "flagged", riskScore: null, matchedLists: [] });
    }
  });

  it("takes a fresh token for one that was refused, once, and before one ends", async () => {
    await screen(CLEAN);
    server.tokens.clear();
    expect((await screen(CLEAN)).status).to.equal("pass");
    expect(server.requests.filter((line) => line === "POST /oauth/token")).to.have.length(2);
    server.tokens.clear();
    server.tokens.add = () => server.tokens;
    expect((await failure()).message).to.equal("the screening was answered with 401");
    expect(server.requests.filter((line) => line === "POST /oauth/token")).to.have.length(3);
  });

  it("holds no token that ends within a minute", async () => {
    server.tokenSeconds = 60;
    await screen(CLEAN);
    await screen(CLEAN);
    expect(server.requests.filter((line) => line === "POST /oauth/token")).to.have.length(2);
  });

  it("tells nobody its secret or a token, whatever goes wrong", async () => {
    provider = cipherOwl({ ...server, clientSecret: "a wrong secret" });
    const error = await failure();
    expect(error.message).to.equal("the request of a token was answered with 403");
    expect(JSON.stringify([error.message, error.stack])).to.not.contain("a wrong secret");
    provider = cipherOwl(server);
    for (const body of [{}, { access_token: "x", expires_in: -1 }, { access_token: "a\r\nb", expires_in: 9 }, "eyJ"]) {
      server.instead.push(({ response }) => answerJson(response, 200, body));
      expect((await failure()).message).to.equal("the answer to the request of a token is none");
    }
  });

  it("says of 429 and 5xx, of tokens too, that it can be asked again, and how long to wait", async () => {
    for (const status of [429, 502]) {
      server.instead.push(({ response }) => response.writeHead(status, { "retry-after": "3" }).end());
      expect(await failure())
        .to.be.instanceOf(Unavailable)
        .with.property("retryAfterSeconds", 3);
    }
    await screen(CLEAN);
    server.instead.push(({ response }) => response.writeHead(503).end());
    expect(await failure())
      .to.be.instanceOf(Unavailable)
      .with.property("retryAfterSeconds", null);
  });

  it("takes nothing else for an answer: no verdict, another address or chain, wrong types, a redirect", async () => {
    await screen(CLEAN);
    const good = { chain: "evm", address: CLEAN, foundRisk: false };
    const faulty: [unknown, string][] = [
      [{ ...good, foundRisk: undefined }, "the answer to the screening is none: foundRisk"],
      [{ ...good, foundRisk: "false" }, "the answer to the screening is none: foundRisk"],
      [{ ...good, chain: "tron" }, "the answer to the screening is none: chain"],
      [{ ...good, address: RISKY }, "the screening is of another address"],
      [{ ...good, version: "v".repeat(101) }, "the answer to the screening is none: version"],
      [[], "the answer to the screening is none: "],
    ];
    for (const [body, message] of faulty) {
      server.instead.push(({ response }) => answerJson(response, 200, body));
      expect((await failure()).message).to.equal(message);
    }
    server.instead.push(({ response }) => response.writeHead(307, { location: server.url }).end());
    expect((await failure()).message).to.equal("the screening was answered with 307; redirects are not followed");
    risk({ riskScore: 101 });
    expect((await failure(RISKY)).message).to.equal("the answer to the risk score is none: riskScore");
  });
});
