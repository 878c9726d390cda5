import { DevnetError } from "../errors.ts";
import type { World } from "../world.ts";
import type { WorldClient } from "./clients.ts";

/** Buys an access token for a client, valid for a day. @throws DevnetError TokenRefused. */
export async function accessToken(issuer: World["issuer"], client: WorldClient): Promise<string> {
  const response = await fetch(issuer.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: client.clientSecret,
      audience: issuer.audience,
    }),
  });
  if (!response.ok) throw new DevnetError("TokenRefused", `The issuer refused a token: ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}
