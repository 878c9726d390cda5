import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { KeyError } from "../../errors.ts";
import { sealKeystore } from "../keystore.ts";
import { readSecretLine } from "../secret-file.ts";
import { openKey } from "../slot.ts";
import { keySource } from "../source.ts";
import { askNewPassword, type Terminal } from "./password.ts";

export interface CommandContext extends Terminal {
  env: Readonly<Record<string, string | undefined>>;
  write(line: string): void;
}

const USAGE = `npm run keys -- new --out FILE [--password-file FILE]
  Creates a key in an encrypted keystore that only its owner can read, and prints its address. Without a file the password is asked for.
npm run keys -- address KEY
  Prints the address of a key, named as RELAYER_KEYS, ATTESTER_KEY and OPERATOR_KEY name it.`;

/** `npm run keys`. Throws KeyError with what is wrong, or how it is used; neither a key nor a password is ever printed. */
export async function runKeys(args: readonly string[], context: CommandContext): Promise<void> {
  const [command, ...rest] = args;
  if (command === "new") return create(rest, context);
  if (command === "address") return tell(rest, context);
  throw new KeyError(USAGE);
}

async function create(args: string[], context: CommandContext): Promise<void> {
  const { out, "password-file": passwordFile } = optionsOf(args);
  if (out === undefined) throw new KeyError(USAGE);
  const password =
    passwordFile === undefined
      ? await askNewPassword(context)
      : await readSecretLine("the password's file", passwordFile);
  const privateKey = generatePrivateKey();
  const text = await sealKeystore(privateKey, password);
  // An existing file may be the only copy of a key: it is never written over.
  const file = await open(out, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new KeyError(`the new file: ${error.code === "EEXIST" ? "exists already" : "cannot be written"}`);
  });
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  context.write(privateKeyToAddress(privateKey));
}

function optionsOf(args: string[]): { out?: string | undefined; "password-file"?: string | undefined } {
  try {
    return parseArgs({ args, options: { out: { type: "string" }, "password-file": { type: "string" } } }).values;
  } catch {
    throw new KeyError(USAGE);
  }
}

async function tell([value, ...more]: string[], { env, write }: CommandContext): Promise<void> {
  if (value === undefined || more.length > 0) throw new KeyError(USAGE);
  const source = keySource(value, env);
  // For no chain in particular: whether a remote signer has the key for each of them, the relayer asks when it starts.
  write((await openKey(source, [])).address);
}
