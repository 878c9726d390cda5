import type { Address, Hex } from "viem";
import { isAddress } from "viem";
import { z } from "zod";
import { KeyError } from "../errors.ts";
import { serviceUrl } from "./service-url.ts";

/** Where a key is kept, as a variable names it. */
export type KeySource =
  | { kind: "env"; privateKey: Hex }
  | { kind: "keystore"; file: string; passwordFile: string }
  | { kind: "aws-kms"; keyId: string; region: string; endpoint: string | null }
  | ({ kind: "remote" } & RemoteSource);

export interface KeySources {
  /** 1 to 16. */
  gas: KeySource[];
  attester: KeySource;
  operator: KeySource | null;
}

export interface RemoteSource {
  address: Address;
  /** Of the JSON-RPC endpoint, with `{chain_id}` in it where each chain has a signer of its own. */
  url: string;
  tokenFile: string | null;
  caFile: string | null;
  /** Certificate and key that the signer knows us by. */
  client: { certFile: string; keyFile: string } | null;
}

const FORMS =
  "must be env:VARIABLE, keystore:/file?password-file=/file, aws-kms:key?region=region or remote:https://host/?address=0x…";

const file = z.string().regex(/^\/./, "must be an absolute path");
const url = z.string().refine((value) => serviceUrl(value) !== null, "must be https, or http to a loopback address");

const parameters = {
  env: z.strictObject({}),
  keystore: z.strictObject({ "password-file": file }),
  "aws-kms": z.strictObject({
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, "must be a region of AWS")
      .optional(),
    endpoint: url.optional(),
  }),
  remote: z.strictObject({
    address: z.custom<Address>((value) => isAddress(String(value)), "must be an address"),
    "token-file": file.optional(),
    "ca-file": file.optional(),
    "cert-file": file.optional(),
    "key-file": file.optional(),
  }),
};

/**
 * Reads `scheme:place?parameter=value&…`; values are percent-encoded where they hold one of `% & ,`. Throws KeyError that says what is
 * wrong and never what the value is: whoever pastes a key into the wrong variable finds it in no log.
 */
export function keySource(value: string, env: Readonly<Record<string, string | undefined>>): KeySource {
  const [, scheme = "", place = "", query = ""] = /^([a-z-]+):([^?]*)(?:\?(.*))?$/.exec(value) ?? [];
  switch (scheme) {
    case "env":
      parametersOf(scheme, query);
      return { kind: scheme, privateKey: privateKeyIn(env, place) };
    case "keystore": {
      const given = parametersOf(scheme, query);
      const path = decoded(place);
      if (!path.startsWith("/")) throw new KeyError("the keystore's file must be an absolute path");
      return { kind: scheme, file: path, passwordFile: given["password-file"] };
    }
    case "aws-kms": {
      const given = parametersOf(scheme, query);
      return { kind: scheme, ...kmsKeyOf(place, given.region), endpoint: given.endpoint ?? null };
    }
    case "remote": {
      const given = parametersOf(scheme, query);
      if (serviceUrl(place, 1) === null)
        throw new KeyError("the remote signer's address must be https, or http to a loopback address");
      const { "cert-file": certFile, "key-file": keyFile } = given;
      if ((certFile === undefined) !== (keyFile === undefined)) {
        throw new KeyError("cert-file and key-file: one is of no use without the other");
      }
      return {
        kind: scheme,
        address: given.address,
        url: place,
        tokenFile: given["token-file"] ?? null,
        caFile: given["ca-file"] ?? null,
        client: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : null,
      };
    }
    default:
      throw new KeyError(FORMS);
  }
}

function parametersOf<S extends keyof typeof parameters>(scheme: S, query: string): z.infer<(typeof parameters)[S]> {
  const given: Record<string, string> = {};
  for (const pair of query === "" ? [] : query.split("&")) {
    const [name = "", ...rest] = pair.split("=");
    if (Object.hasOwn(given, name)) throw new KeyError("has a parameter twice");
    given[name] = decoded(rest.join("="));
  }
  const result = parameters[scheme].safeParse(given);
  if (result.success) return result.data as z.infer<(typeof parameters)[S]>;
  const [issue] = result.error.issues;
  const names = Object.keys(parameters[scheme].shape);
  if (issue?.code === "unrecognized_keys") {
    throw new KeyError(`${scheme}: takes no parameters but ${names.length === 0 ? "none" : names.join(", ")}`);
  }
  const name = String(issue?.path[0]);
  throw new KeyError(`${name}: ${Object.hasOwn(given, name) ? issue?.message : "is missing"}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new KeyError("holds a % that encodes nothing: write it as %25");
  }
}

function privateKeyIn(env: Readonly<Record<string, string | undefined>>, name: string): Hex {
  if (!/^[A-Z][A-Z0-9_]{0,99}$/.test(name)) throw new KeyError("env: must be followed by the name of a variable");
  const value = env[name];
  if (value === undefined || value === "") throw new KeyError("names a variable that is missing");
  if (!/^0x[0-9a-fA-F]{64}$/.test(value))
    throw new KeyError("names a variable that is no private key: 0x and 64 hex digits");
  return value as Hex;
}

const ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(?:key\/[A-Za-z0-9-]+|alias\/[A-Za-z0-9/_-]+)$/;
const ID_OR_ALIAS = /^(?:[A-Za-z0-9-]{1,100}|alias\/[A-Za-z0-9/_-]{1,250})$/;

function kmsKeyOf(keyId: string, region: string | undefined): { keyId: string; region: string } {
  const [, own] = ARN.exec(keyId) ?? [];
  if (own !== undefined) {
    if (region !== undefined) throw new KeyError("region: is named by the ARN already");
    return { keyId, region: own };
  }
  if (!ID_OR_ALIAS.test(keyId)) throw new KeyError("aws-kms: must be followed by an ARN, a key id or alias/name");
  if (region === undefined) throw new KeyError("region: is missing");
  return { keyId, region };
}
