import { z } from "zod";
import { type Environment, fromEnvironment } from "../environment.ts";

const environmentSchema = z.object({
  ISSUER_PORT: z.coerce.number().int().min(1).max(65_535).default(8001),
  /** The `iss` of every token, with a slash at its end. */
  ISSUER_URL: z.url().endsWith("/").optional(),
  ISSUER_AUDIENCE: z.string().min(1).default("https://api.keystoneos.xyz"),
  /** Folder of the key, the clients and the directory. */
  ISSUER_DIR: z.string().min(1),
  /** Bearer token of who may create clients. */
  ISSUER_ADMIN_TOKEN: z.string().min(16),
  /** The client of the API itself, which manages the directory. */
  ISSUER_MANAGEMENT_CLIENT_ID: z.string().min(1).default("keystone-api"),
  ISSUER_MANAGEMENT_CLIENT_SECRET: z.string().min(16),
  /** The client that people sign in with, where it may have them sent, and where invitations lead. */
  ISSUER_LOGIN_CLIENT_ID: z.string().min(1).default("dashboard"),
  ISSUER_REDIRECT_URIS: z
    .string()
    .default("http://localhost:5173/callback")
    .transform((list) => list.split(",").map((uri) => uri.trim()))
    .refine((list) => list.every((uri) => URL.canParse(uri)), "must be URLs with commas between them"),
  ISSUER_LOGIN_URL: z.url().optional(),
});

export interface IssuerConfig {
  port: number;
  issuer: string;
  audience: string;
  dir: string;
  adminToken: string;
  managementClientId: string;
  managementClientSecret: string;
  loginClientId: string;
  redirectUris: readonly string[];
  loginUrl: string;
}

/** Reads the issuer's configuration. @throws DevnetError ConfigurationError that names the variable. */
export function readIssuerConfig(environment: Environment): IssuerConfig {
  const values = fromEnvironment(environmentSchema, environment);
  const issuer = values.ISSUER_URL ?? `http://127.0.0.1:${values.ISSUER_PORT}/`;
  return {
    port: values.ISSUER_PORT,
    issuer,
    audience: values.ISSUER_AUDIENCE,
    dir: values.ISSUER_DIR,
    adminToken: values.ISSUER_ADMIN_TOKEN,
    managementClientId: values.ISSUER_MANAGEMENT_CLIENT_ID,
    managementClientSecret: values.ISSUER_MANAGEMENT_CLIENT_SECRET,
    loginClientId: values.ISSUER_LOGIN_CLIENT_ID,
    redirectUris: values.ISSUER_REDIRECT_URIS,
    loginUrl: values.ISSUER_LOGIN_URL ?? `${issuer}login`,
  };
}
