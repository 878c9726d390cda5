import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../devnet/src/ports.ts";
import { testDeployment } from "./deployment.ts";
import { oidcOf, type World } from "./world.ts";

/** Files that processes are started with. */
export interface ProcessFiles {
  folder: string;
  remove(): Promise<void>;
}

export async function makeProcessFiles(): Promise<ProcessFiles> {
  const folder = await mkdtemp(join(tmpdir(), "keystone-api-"));
  await writeFile(join(folder, "deployments.json"), JSON.stringify(testDeployment()));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(join(folder, "session-key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What the process of the API is told, to serve the world's database on a port of its own. */
export async function apiEnvironment(world: World, { folder }: ProcessFiles): Promise<Record<string, string>> {
  const { issuer, audience, jwksUrl } = oidcOf(world.issuer);
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  return {
    PATH: process.env.PATH ?? "",
    DATABASE_URL: world.databaseUrl,
    DEPLOYMENTS_FILE: join(folder, "deployments.json"),
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    OIDC_JWKS_URL: jwksUrl,
    DIRECTORY_URL: `${nowhere}/`,
    DIRECTORY_CLIENT_ID: "keystone-api",
    DIRECTORY_CLIENT_SECRET: "the-secret-of-the-directory-client",
    DIRECTORY_LOGIN_CLIENT_ID: "dashboard",
    SECRETS_KEY: world.secretsKey,
    SECRETS_KEY_ID: "test",
    RPC_URL_11155111: nowhere,
    RPC_URL_84532: nowhere,
    SESSION_KEY_FILE: join(folder, "session-key.pem"),
    API_PORT: "0",
  };
}

/** What the process of the courier is told, to deliver from the world's database. */
export function courierEnvironment(world: World, { folder }: ProcessFiles): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    DATABASE_URL: world.databaseUrl,
    DEPLOYMENTS_FILE: join(folder, "deployments.json"),
    SECRETS_KEY: world.secretsKey,
    SECRETS_KEY_ID: "test",
    COURIER_PORT: "0",
    COURIER_TICK_MS: "10",
    WEBHOOK_DEVELOPMENT_MODE: "on",
  };
}
