import { z } from "zod";
import { type Environment, fromEnvironment } from "../environment.ts";

const environmentSchema = z.object({
  ISSUER_PORT: z.coerce.number().int().min(1).max(65_535).default(8001),
  /** The `iss` of every token, with a slash at its end. */
  ISSUER_URL: z.url().endsWith("/").optional(),
  ISSUER_AUDIENCE: z.string().min(1).default("https://api.keystoneos.xyz"),
  /** Folder of the key and the clients. */
  ISSUER_DIR: z.string().min(1),
  /** Bearer token of who may create clients. */
  ISSUER_ADMIN_TOKEN: z.string().min(16),
});

export interface IssuerConfig {
  port: number;
  issuer: string;
  audience: string;
  dir: string;
  adminToken: string;
}

/** Reads the issuer's configuration. @throws DevnetError ConfigurationError that names the variable. */
export function readIssuerConfig(environment: Environment): IssuerConfig {
  const values = fromEnvironment(environmentSchema, environment);
  return {
    port: values.ISSUER_PORT,
    issuer: values.ISSUER_URL ?? `http://127.0.0.1:${values.ISSUER_PORT}/`,
    audience: values.ISSUER_AUDIENCE,
    dir: values.ISSUER_DIR,
    adminToken: values.ISSUER_ADMIN_TOKEN,
  };
}
