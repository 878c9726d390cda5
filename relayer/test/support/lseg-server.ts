import { randomUUID } from "node:crypto";
import { answerJson, type Exchange, serveHttp, type TestServer } from "./http-server.ts";
import { signatureFault } from "./lseg-signature.ts";

/** A status, and what is answered with it. */
type Reply = [number] | [number, unknown];

interface Resolved {
  statusId: string | null;
  resolutionRemark?: string;
}

interface WatchlistMatch {
  resultId: string;
  referenceId: string;
  matchStrength: "WEAK" | "MEDIUM" | "STRONG" | "EXACT";
  matchScore: number;
  submittedTerm: string;
  primaryName: string;
  categories: string[];
  sources: string[];
  providerType: string;
  resolution: Resolved | null;
  resultReview: { reviewRequired: boolean } | null;
}

interface StoredCase {
  caseId: string;
  caseSystemId: string;
  name: string;
  groupId: string;
  entityType: string;
  providerTypes: string[];
}

export interface LsegServer extends TestServer {
  key: string;
  secret: string;
  groupId: string;
  cases: Map<string, StoredCase>;
  /** Method and path of each request that was let in. */
  requests: string[];
  /** What a name is found with; a case keeps its matches and what they were resolved as. */
  list(name: string, ...categories: string[]): void;
  matches(caseId: string): WatchlistMatch[];
  /** Answers the next request in the server's place. */
  instead: ((exchange: Exchange) => void)[];
}

/** World-Check One's API v2 as far as its published definition goes: signatures, cases, synchronous screening, the resolution toolkit. */
export async function startLsegServer(): Promise<LsegServer> {
  const credentials = {
    key: randomUUID(),
    secret: Buffer.from(randomUUID().repeat(2)).toString("base64").slice(0, 88),
  };
  const groupId = "5jb7ve3g7pv01fjt8n5jufjfr";
  const cases = new Map<string, StoredCase>();
  const matches = new Map<string, WatchlistMatch[]>();
  const listed = new Map<string, string[]>();
  const requests: string[] = [];
  const instead: LsegServer["instead"] = [];
  const refuse = (status: number, error: string): Reply => [status, [{ error, cause: "of the request" }]];

  /** Screens in full: new matches come to those that are known. */
  const screen = (found: StoredCase): WatchlistMatch[] => {
    const known = matches.get(found.caseId) ?? [];
    const fresh = (listed.get(found.name) ?? [])
      .slice(known.length)
      .map((category, index) => matchOf(found, category, index));
    matches.set(found.caseId, [...known, ...fresh]);
    return [...known, ...fresh];
  };
  const reply = ({ request, url, body }: Exchange): Reply => {
    if (signatureFault(request, body, credentials) !== null) return [401];
    requests.push(`${request.method} ${url.pathname}`);
    const content = body.length > 0 ? JSON.parse(body.toString()) : {};
    const rescreen = /^\/v2\/cases\/([^/]+)\/screeningRequest$/.exec(url.pathname);
    if (request.method === "GET" && url.pathname === "/v2/caseReferences") {
      const found = cases.get(url.searchParams.get("caseId") ?? "");
      if (found === undefined) return refuse(404, "CASE_NOT_FOUND");
      return [200, { caseId: found.caseId, caseSystemId: found.caseSystemId }];
    }
    if (request.method === "GET" && url.pathname === `/v2/groups/${groupId}/resolutionToolkits/WATCHLIST`) {
      return [200, TOOLKIT(groupId)];
    }
    if (request.method === "POST" && url.pathname === "/v2/cases/screeningRequest") {
      const { caseId, name, entityType, providerTypes } = content;
      if (content.groupId !== groupId) return refuse(404, "GROUP_NOT_FOUND");
      if (typeof name !== "string" || name === "" || name.length > 1000) return refuse(400, "NAME");
      if (!["INDIVIDUAL", "ORGANISATION", "VESSEL", "UNSPECIFIED"].includes(entityType)) return refuse(400, "TYPE");
      if (cases.has(caseId)) return refuse(400, "CASE_ID_EXISTS");
      const made = { caseId, caseSystemId: randomUUID(), name, groupId, entityType, providerTypes };
      cases.set(caseId, made);
      return [200, { ...made, lifecycleState: "UNARCHIVED", results: screen(made) }];
    }
    if (request.method === "POST" && rescreen !== null) {
      const found = [...cases.values()].find(({ caseSystemId }) => caseSystemId === rescreen[1]);
      if (found === undefined) return refuse(404, "CASE_NOT_FOUND");
      // What is asked for in the background is put in a queue and answered with nothing.
      if (content.screeningMode !== "FULL_SYNC") return [201];
      return [
        200,
        {
          ...(content.caseInfo === true ? { case: found } : {}),
          results: screen(found),
        },
      ];
    }
    return refuse(404, "NO_ROUTE");
  };
  const server = await serveHttp((exchange) => {
    const takeOver = instead.shift();
    if (takeOver !== undefined) return takeOver(exchange);
    const [status, content] = reply(exchange);
    if (content === undefined) exchange.response.writeHead(status).end();
    else answerJson(exchange.response, status, content);
  });
  return {
    ...server,
    url: `${server.url}/v2`,
    ...credentials,
    groupId,
    cases,
    requests,
    instead,
    list: (name, ...categories) => listed.set(name, [...(listed.get(name) ?? []), ...categories]),
    matches: (caseId) => matches.get(caseId) ?? [],
  };
}

function matchOf({ name }: StoredCase, category: string, index: number): WatchlistMatch {
  return {
    resultId: randomUUID(),
    referenceId: `e_tr_wci_${index}`,
    matchStrength: index === 0 ? "EXACT" : "WEAK",
    matchScore: index === 0 ? 98.51 : 71.2,
    submittedTerm: name,
    primaryName: `${name} of somewhere`,
    categories: [category],
    sources: ["b_trwc_4"],
    providerType: "WATCHLIST",
    resolution: null,
    resultReview: null,
  };
}

const TOOLKIT = (groupId: string) => ({
  groupId,
  providerType: "WATCHLIST",
  resolutionFields: {
    statuses: [
      { id: "status-false", label: "FALSE", type: "FALSE" },
      { id: "status-possible", label: "POSSIBLE", type: "POSSIBLE" },
      { id: "status-positive", label: "POSITIVE", type: "POSITIVE" },
      { id: "status-unspecified", label: "UNSPECIFIED", type: "UNSPECIFIED" },
      // Labels are the institution's own, and may say anything.
      { id: "status-odd", label: "FALSE" },
    ],
    risks: [{ id: "risk-1", label: "HIGH", type: "null" }],
    reasons: [],
  },
  resolutionRules: {},
});
