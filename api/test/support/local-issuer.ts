import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../devnet/src/ports.ts";
import { startNodeProcess } from "../../../devnet/src/process/node-process.ts";
import { ROOT } from "../../../devnet/src/world/options.ts";
import type { DirectoryOptions } from "../../src/directory/auth0/adapter.ts";
import { atTheEnd } from "./root-hook.ts";

const ADMIN_TOKEN = "the-administrator-of-these-tests";
const CLIENT_SECRET = "the-secret-of-the-directory-client";
export const REDIRECT_URI = "http://localhost:5173/callback";

/** The local world's issuer as a process of its own. */
export interface LocalIssuer {
  /** With a slash at its end. */
  url: string;
  /** Bearer token of its administrator. */
  adminToken: string;
  directoryOptions: DirectoryOptions;
  /** A client of machines. */
  createClient(fields?: Record<string, unknown>): Promise<{ client_id: string; client_secret: string }>;
  /** A token of a user, as the administrator gets it. */
  userToken(claims: { user_id: string; org_id?: string; permissions: readonly string[] }): Promise<string>;
  /** Accepts an invitation by its URL, as the invited person does. */
  accept(invitationUrl: string): Promise<{ user_id: string; email: string }>;
  /** Ends the process, as a crash would, and starts it again on what it kept. */
  restart(): Promise<void>;
}

export async function startLocalIssuer(): Promise<LocalIssuer> {
  const folder = mkdtempSync(join(tmpdir(), "keystone-issuer-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const start = () =>
    startNodeProcess({
      name: "issuer",
      command: [join(ROOT, "devnet/src/issuer/main.ts")],
      cwd: ROOT,
      env: {
        ISSUER_PORT: String(port),
        ISSUER_DIR: join(folder, "issuer"),
        ISSUER_ADMIN_TOKEN: ADMIN_TOKEN,
        ISSUER_MANAGEMENT_CLIENT_ID: "keystone-api",
        ISSUER_MANAGEMENT_CLIENT_SECRET: CLIENT_SECRET,
        ISSUER_LOGIN_CLIENT_ID: "dashboard",
        ISSUER_REDIRECT_URIS: REDIRECT_URI,
      },
      logFile: join(folder, "issuer.log"),
      readyUrl: `${url}health`,
    });
  let running = await start();
  atTheEnd(async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function asAdministrator<T>(path: string, body: unknown): Promise<T> {
    const headers = { "content-type": "application/json", authorization: `Bearer ${ADMIN_TOKEN}` };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    url,
    adminToken: ADMIN_TOKEN,
    directoryOptions: {
      url,
      clientId: "keystone-api",
      clientSecret: CLIENT_SECRET,
      loginClientId: "dashboard",
      connectionId: undefined,
    },
    createClient: (fields = {}) => asAdministrator("clients", { name: "Client", ...fields }),
    userToken: async (claims) => (await asAdministrator<{ access_token: string }>("user-tokens", claims)).access_token,
    async accept(invitationUrl) {
      const response = await fetch(invitationUrl, { method: "POST" });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return (await response.json()) as { user_id: string; email: string };
    },
    async restart() {
      process.kill(running.pid, "SIGKILL");
      await running.exited;
      running = await start();
    },
  };
}
