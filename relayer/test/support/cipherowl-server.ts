import { randomUUID } from "node:crypto";
import { answerJson, type Exchange, serveHttp, type TestServer } from "./http-server.ts";

interface Risk {
  riskScore?: number;
  riskBand?: string;
  categories: string[];
}

export interface CipherOwlServer extends TestServer {
  clientId: string;
  clientSecret: string;
  /** Seconds that the next tokens live. */
  tokenSeconds: number;
  /** By address, lower case. */
  risks: Map<string, Risk>;
  /** Method, path and query of each request that was let in. */
  requests: string[];
  /** Tokens that were given out and still count. */
  tokens: Set<string>;
  /** Answers the next request in the server's place. */
  instead: ((exchange: Exchange) => void)[];
}

const CONFIG = "co-institution";
const VERSION = "20261120";

/** CipherOwl's API as far as its published definition goes: client credentials, screening, risk scores. */
export async function startCipherOwlServer(): Promise<CipherOwlServer> {
  const state = {
    clientId: randomUUID(),
    clientSecret: randomUUID(),
    tokenSeconds: 86_400,
    risks: new Map<string, Risk>(),
    requests: [] as string[],
    tokens: new Set<string>(),
    instead: [] as CipherOwlServer["instead"],
  };

  const reply = ({ request, url, body }: Exchange): [number, unknown] => {
    const refuse = (status: number, message: string): [number, unknown] => [status, { code: 7, message, details: [] }];
    if (request.method === "POST" && url.pathname === "/oauth/token") {
      state.requests.push("POST /oauth/token");
      const asked = JSON.parse(body.toString());
      const wanted = {
        client_id: state.clientId,
        client_secret: state.clientSecret,
        audience: url.host,
        grant_type: "client_credentials",
      };
      if (JSON.stringify(asked) !== JSON.stringify(wanted)) return [403, { error: "access_denied" }];
      const access_token = `eyJ.${randomUUID()}.sig`;
      state.tokens.add(access_token);
      return [200, { access_token, scope: "screen", expires_in: state.tokenSeconds, token_type: "Bearer" }];
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (!state.tokens.has(token)) return refuse(401, "Jwt is expired");
    if (request.headers.accept !== "application/json") return refuse(406, "accept");
    state.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const [, screening, chain = "", address = "", rest] =
      /^\/api\/(screen\/v1|reason\/v2)\/chains\/([a-z]+)\/addresses\/(0x[0-9a-fA-F]{40})(\/risk-score)?$/.exec(
        url.pathname,
      ) ?? [];
    // A path that there is not is forbidden too.
    if (screening === undefined || (screening === "reason/v2") !== (rest !== undefined)) return refuse(403, "RBAC");
    if (chain !== "evm") return refuse(400, "chain");
    const risk = state.risks.get(address.toLowerCase());
    const common = { chain, address, config: url.searchParams.get("config") ?? CONFIG };
    if (rest === undefined)
      return [200, { ...common, foundRisk: risk !== undefined, version: VERSION, explanations: {} }];
    const { categories = [], ...score } = risk ?? {};
    const breakdown = categories.map((category) => ({
      category,
      direction: "DIRECT",
      hops: 0,
      usdValue: 1.5,
      riskContribution: 50,
    }));
    return [200, { ...common, riskProfile: "default", ...score, breakdown, timestamp: new Date().toISOString() }];
  };
  const server = await serveHttp((exchange) => {
    const takeOver = state.instead.shift();
    if (takeOver !== undefined) return takeOver(exchange);
    answerJson(exchange.response, ...reply(exchange));
  });
  return Object.assign(state, server);
}
