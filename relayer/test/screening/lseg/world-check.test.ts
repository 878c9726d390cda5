import { expect } from "chai";
import { worldCheck } from "../../../src/screening/lseg/world-check.ts";
import { Unavailable } from "../../../src/screening/provider.ts";
import { answerJson } from "../../support/http-server.ts";
import { type LsegServer, startLsegServer } from "../../support/lseg-server.ts";

const NAME = "Banco Müller & Söhne 銀行";
const KEY = "ab".repeat(32);
const CASE = `keystone-${KEY}`;

describe("World-Check One", function () {
  this.timeout(30_000);
  let server: LsegServer;
  const { signal } = new AbortController();
  beforeEach(async () => {
    server = await startLsegServer();
  });
  afterEach(() => server.close());

  const provider = (changes = {}) => {
    const { url, key, secret, groupId } = server;
    return worldCheck({ url, key, secret, groupId, ...changes });
  };
  const screen = (name = NAME, key = KEY) => provider().screenEntity({ name, key }, signal);
  const failure = async (changes = {}, name = NAME): Promise<Error> => {
    const result = await provider(changes)
      .screenEntity({ name, key: KEY }, signal)
      .catch((error: unknown) => error);
    if (result instanceof Error) return result;
    throw new Error("the answer was taken");
  };
  const resolve = (statusId: string, reviewRequired = false) => {
    for (const match of server.matches(CASE)) {
      match.resolution = { statusId, resolutionRemark: "looked at" };
      match.resultReview = { reviewRequired };
    }
  };

  it("passes a name without matches: one signed case, made at once, under an id that says nothing", async () => {
    const { referenceId, ...found } = await screen();
    expect(found).to.deep.equal({ status: "pass", riskScore: null, matchedLists: [] });
    expect(server.requests).to.deep.equal(["GET /v2/caseReferences", "POST /v2/cases/screeningRequest"]);
    const [made] = [...server.cases.values()];
    expect(made).to.deep.include({
      caseId: CASE,
      name: NAME,
      groupId: server.groupId,
      entityType: "UNSPECIFIED",
      providerTypes: ["WATCHLIST"],
    });
    expect(referenceId).to.match(new RegExp(`^lseg_worldcheck:${made?.caseSystemId}:[0-9a-f-]{36}$`));
  });

  it("asks anew every time, in the same case, with a reference of its own", async () => {
    const first = await screen();
    server.list(NAME, "Sanctions");
    const second = await screen();
    expect([first.status, second.status]).to.deep.equal(["pass", "flagged"]);
    expect(server.cases.size).to.equal(1);
    expect(server.requests.slice(2)).to.deep.equal([
      "GET /v2/caseReferences",
      `POST /v2/cases/${server.cases.get(CASE)?.caseSystemId}/screeningRequest`,
    ]);
    expect(first.referenceId).to.not.equal(second.referenceId);
  });

  it("flags matches until an analyst has resolved them, and follows the resolution", async () => {
    server.list(NAME, "Sanctions", "PEP");
    const { referenceId: _, ...flagged } = await screen();
    expect(flagged).to.deep.equal({ status: "flagged", riskScore: 98.51, matchedLists: ["PEP", "Sanctions"] });
    const outcome = async (statusId: string, review = false) => {
      resolve(statusId, review);
      return (await screen()).status;
    };
    expect(await outcome("status-possible")).to.equal("flagged");
    expect(await outcome("status-unspecified")).to.equal("flagged");
    expect(await outcome("status-odd")).to.equal("flagged");
    expect(await outcome("status-gone")).to.equal("flagged");
    expect(await outcome("status-false")).to.equal("pass");
    expect(await outcome("status-false", true)).to.equal("flagged");
    expect(await outcome("status-positive")).to.equal("fail");
    server.list(NAME, "Law Enforcement");
    expect(await outcome("status-false")).to.equal("flagged");
  });

  it("gives another party of the same name a case of its own: what was resolved of one says nothing of the other", async () => {
    server.list(NAME, "Sanctions");
    await screen();
    resolve("status-false");
    expect((await screen()).status).to.equal("pass");
    expect((await screen(NAME, "cd".repeat(32))).status).to.equal("flagged");
  });

  it("keeps nothing of the answers but categories and the case's own id", async () => {
    server.list(NAME, "Sanctions");
    const told = JSON.stringify(await screen());
    for (const word of [NAME, "of somewhere", "e_tr_wci", "b_trwc", KEY]) expect(told).to.not.contain(word);
  });

  it("does not take a wrong key or secret for an answer, nor asks again", async () => {
    for (const changes of [{ secret: "another" }, { key: "another" }]) {
      const error = await failure(changes);
      expect(error).to.not.be.instanceOf(Unavailable);
      expect(error.message).to.equal("the search of the case was answered with 401");
    }
    expect(server.requests).to.deep.equal([]);
    expect((await failure({ groupId: "another-group" })).message).to.equal(
      "the screening of a new case was answered with 404",
    );
  });

  it("says of 429, 5xx and a broken connection that it can be asked again, and how long to wait", async () => {
    for (const status of [429, 500, 503]) {
      server.instead.push(({ response }) => response.writeHead(status, { "retry-after": "7" }).end("[]"));
      const error = await failure();
      expect(error).to.be.instanceOf(Unavailable).with.property("retryAfterSeconds", 7);
      expect(error.message).to.match(new RegExp(`^127.0.0.1:\\d+ answered ${status}$`));
    }
    server.instead.push(({ response }) => void response.socket?.destroy());
    expect(await failure()).to.be.instanceOf(Unavailable);
  });

  it("finds the case that a lost answer has made, instead of making another", async () => {
    server.instead.push(({ response }) => answerJson(response, 404, []));
    server.instead.push(({ body, response }) => {
      const made = JSON.parse(body.toString());
      server.cases.set(made.caseId, { ...made, caseSystemId: "made" });
      response.socket?.destroy();
    });
    expect(await failure()).to.be.instanceOf(Unavailable);
    expect((await screen()).referenceId).to.match(/^lseg_worldcheck:made:/);
    expect(server.cases.size).to.equal(1);
  });

  it("takes no answer about another name, another group, other providers or another case", async () => {
    await screen();
    const stored = server.cases.get(CASE);
    if (stored === undefined) throw new Error("no case");
    const whole = { ...stored };
    const faulty = async (changes: Partial<typeof whole>) => {
      Object.assign(stored, whole, changes);
      return (await failure()).message;
    };
    expect(await faulty({ name: "Somebody Else" })).to.equal("the case has another name");
    expect(await faulty({ groupId: "other" })).to.equal("the case is in another group");
    expect(await faulty({ providerTypes: ["MEDIA_CHECK"] })).to.equal("the case is not screened against the watchlist");
    expect(await faulty({ caseId: "keystone-other" })).to.equal("the search of the case found another one");
    expect(await faulty({ name: ` ${NAME.toUpperCase()} ` }).catch((error: Error) => error.message)).to.equal(
      "the answer was taken",
    );
  });

  it("takes nothing else for an answer: wrong types, no results, no JSON, a queue, a redirect, too much", async () => {
    const odd: [string, (response: import("node:http").ServerResponse) => void][] = [
      [
        "the answer to the search of the case is none: caseId",
        (r) => answerJson(r, 200, { caseId: 7, caseSystemId: "x" }),
      ],
      [
        "the answer to the search of the case is none: caseSystemId",
        (r) => answerJson(r, 200, { caseId: CASE, caseSystemId: "../groups" }),
      ],
      ["the search of the case was answered with 200", (r) => answerJson(r, 200, null)],
      [
        "the search of the case was answered with 302; redirects are not followed",
        (r) => r.writeHead(302, { location: `${server.url}/groups` }).end(),
      ],
    ];
    for (const [message, answer] of odd) {
      server.instead.push(({ response }) => answer(response));
      expect((await failure()).message).to.equal(message);
    }
    const none = () => server.instead.push(({ response }) => answerJson(response, 404, []));
    none();
    server.instead.push(({ response }) =>
      answerJson(response, 200, {
        caseSystemId: "x",
        name: NAME,
        groupId: server.groupId,
        providerTypes: ["WATCHLIST"],
      }),
    );
    expect((await failure()).message).to.equal("the answer to the screening of a new case is none: results");
    none();
    server.instead.push(({ response }) => response.writeHead(200).end("<html>"));
    expect((await failure()).message).to.match(/answered 200 with no JSON$/);
    none();
    server.instead.push(({ response }) => response.writeHead(200).end(`[${"1,".repeat(5_000_000)}1]`));
    expect((await failure()).message).to.match(/answered 200 with more than \d+ bytes$/);
    await screen();
    server.instead.push(({ response }) => answerJson(response, 200, { caseId: CASE, caseSystemId: "queued" }));
    server.instead.push(({ response }) => response.writeHead(201).end());
    expect((await failure()).message).to.equal("the screening of a case was answered with 201");
  });
});
