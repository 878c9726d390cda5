import { SandboxError } from "../errors.ts";
import { callApi, connectApi } from "./call.ts";
import { type Instruction, type Instrument, instruction, instrument, page } from "./shapes.ts";

/** In whose name the platform API is called. */
export interface Bearer {
  token: string;
  /** `X-Keystone-Environment`, which a user's token needs. */
  environment?: string | undefined;
}

/** The platform API in the name of whoever calls the sandbox: the API decides what there is for them. */
export interface CallerApi {
  /** @throws ApiRefusal 404 for an instruction that is not the caller's. */
  instruction(id: string): Promise<Instruction>;
  /** The caller's own entries and the global ones. */
  instruments(filter: { alias?: string; token_address?: string; chain_id: number }): Promise<Instrument[]>;
}

export function callerApi(apiUrl: string, { token, environment }: Bearer): CallerApi {
  const client = connectApi(apiUrl, { accessToken: token, environmentSlug: environment });
  return {
    instruction: (id) =>
      callApi(client, { method: "GET", path: `/instructions/${encodeURIComponent(id)}`, answer: instruction }),
    instruments: async ({ chain_id, ...named }) => {
      const query = new URLSearchParams({ ...named, chain_id: String(chain_id), limit: "200" });
      const answer = page(instrument);
      return (await callApi(client, { method: "GET", path: `/instruments?${query}`, answer })).items;
    },
  };
}

/** The token that a request brought along. It goes to the configured API only, and into no log. @throws SandboxError 401. */
export function bearerOf(headers: { authorization?: string | undefined; environment?: string | undefined }): Bearer {
  const token = /^Bearer ([\x21-\x7e]{1,16384})$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) {
    throw new SandboxError(401, "token_missing", "Send your own access token of the platform API", {
      loc: ["header", "authorization"],
      headers: { "WWW-Authenticate": "Bearer" },
    });
  }
  return { token, environment: headers.environment };
}
