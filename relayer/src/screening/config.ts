import { z } from "zod";
import { ConfigError } from "../errors.ts";
import type { ClientCredentials } from "./cipherowl/token.ts";
import type { WorldCheckConfig } from "./lseg/world-check.ts";

/** https, or http to this machine; no query, no credentials; without the slash at its end. */
const url = z
  .string()
  .refine(isOurs, "must be an https URL without credentials and query; http only to this machine")
  .transform((text) => text.replace(/\/+$/, ""));
/** Goes into a header, or a path. */
const word = z.string().regex(/^[\x21-\x7e]{1,1000}$/, "must be one word");

/** Each provider is there when its variables are. */
export const screeningVariables = {
  /** What "npm run lists" has imported. */
  SANCTIONS_LIST_DIR: z.string().min(1).optional(),
  LSEG_URL: url.optional(),
  LSEG_API_KEY: word.regex(/^[^"]*$/, "must have no quotes").optional(),
  LSEG_API_SECRET: word.optional(),
  LSEG_GROUP_ID: word.optional(),
  CIPHEROWL_URL: url.optional(),
  CIPHEROWL_CLIENT_ID: word.optional(),
  CIPHEROWL_CLIENT_SECRET: word.optional(),
};

type Variables = { [Name in keyof typeof screeningVariables]?: string | undefined };

export interface ScreeningConfig {
  sanctionsListDir: string | null;
  worldCheck: WorldCheckConfig | null;
  cipherOwl: ClientCredentials | null;
}

interface Templates {
  entity_providers: readonly string[];
  wallet_providers: readonly string[];
}

/**
 * Which providers this relayer has. Throws ConfigError naming the variable: for one that others of its provider go with, and for a
 * provider that the deployment's templates name, since its checks could never be made.
 */
export function readScreening(variables: Variables, templates: Templates): ScreeningConfig {
  const lseg = together(variables, ["LSEG_URL", "LSEG_API_KEY", "LSEG_API_SECRET", "LSEG_GROUP_ID"]);
  const owl = together(variables, ["CIPHEROWL_URL", "CIPHEROWL_CLIENT_ID", "CIPHEROWL_CLIENT_SECRET"]);
  const config: ScreeningConfig = {
    sanctionsListDir: variables.SANCTIONS_LIST_DIR ?? null,
    worldCheck: lseg && {
      url: lseg.LSEG_URL,
      key: lseg.LSEG_API_KEY,
      secret: lseg.LSEG_API_SECRET,
      groupId: lseg.LSEG_GROUP_ID,
    },
    cipherOwl: owl && {
      url: owl.CIPHEROWL_URL,
      clientId: owl.CIPHEROWL_CLIENT_ID,
      clientSecret: owl.CIPHEROWL_CLIENT_SECRET,
    },
  };
  checkTemplates(config, templates);
  return config;
}

function together<Name extends keyof Variables>(
  variables: Variables,
  names: readonly Name[],
): Record<Name, string> | null {
  const given = names.find((name) => variables[name] !== undefined);
  if (given === undefined) return null;
  const missing = names.find((name) => variables[name] === undefined);
  if (missing !== undefined) throw new ConfigError(missing, `is missing, and ${given} goes with it`);
  return variables as Record<Name, string>;
}

function checkTemplates(config: ScreeningConfig, templates: Templates): void {
  const known = [
    {
      name: "sanctions_list",
      variable: "SANCTIONS_LIST_DIR",
      there: config.sanctionsListDir,
      wallets: true,
      names: true,
    },
    { name: "lseg_worldcheck", variable: "LSEG_URL", there: config.worldCheck, wallets: false, names: true },
    { name: "cipherowl", variable: "CIPHEROWL_URL", there: config.cipherOwl, wallets: true, names: false },
  ];
  const check = (list: keyof Templates, can: (provider: (typeof known)[number]) => boolean) => {
    for (const name of templates[list]) {
      const provider = known.find((candidate) => candidate.name === name);
      if (provider === undefined || !can(provider)) {
        throw new ConfigError("DEPLOYMENTS_FILE", `templates.${list}: ${name} is no provider that can be asked there`);
      }
      if (provider.there === null)
        throw new ConfigError(provider.variable, `is missing, and templates.${list} name ${name}`);
    }
  };
  check("entity_providers", ({ names }) => names);
  check("wallet_providers", ({ wallets }) => wallets);
}

function isOurs(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const local = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
  return (protocol === "https:" || (protocol === "http:" && local)) && `${username}${password}${search}${hash}` === "";
}
