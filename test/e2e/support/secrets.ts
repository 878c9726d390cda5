import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { ACCOUNTS } from "../../../devnet/src/chains/anvil.ts";
import { localPrivateKey } from "../../../devnet/src/keys.ts";
import { loadSecrets } from "../../../devnet/src/world/secrets.ts";
import { openSecret, type SecretKind, secretKeyring } from "../../../packages/store/src/index.ts";
import type { World } from "./world.ts";

/** Whose files are there to keep secrets, or hold what is sealed or on chain: all others of the world must have none. */
const KEEPERS = ["secrets.json", "clients.json", "session-key.pem", "issuer", "postgres", "chains"];

/** A token of three parts, whoever signed it. */
const TOKEN = /eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/;

/** Has the database remember every deposit secret from now on, as sealed; they are deleted when they have been used. */
export async function keepDepositSecrets(world: World): Promise<void> {
  await query(
    world,
    `CREATE SCHEMA kept;
     CREATE TABLE kept.secret (LIKE keystone.commitment_secret);
     CREATE FUNCTION kept.keep() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO kept.secret SELECT NEW.*; RETURN NEW; END $$;
     CREATE TRIGGER keep AFTER INSERT ON keystone.commitment_secret FOR EACH ROW EXECUTE FUNCTION kept.keep()`,
  );
}

/** The deposit secrets of all trades since, opened; it remembers no more. */
export async function keptDepositSecrets(world: World): Promise<string[]> {
  interface Kept {
    settlement_id: string;
    party_id: string;
    kind: SecretKind;
    key_id: string;
    nonce: Buffer;
    ciphertext: Buffer;
  }
  const rows = (await query(world, "SELECT * FROM kept.secret")) as Kept[];
  await query(world, "DROP SCHEMA kept CASCADE");
  const keyring = secretKeyring("local", loadSecrets(join(world.dir, "secrets.json")).secretsKey);
  return rows.map(({ settlement_id: settlementId, party_id: partyId, kind, ...sealed }) =>
    openSecret(keyring, { settlementId, partyId, kind }, sealed),
  );
}

/** What the world was started with and nobody may read anywhere, by what it is. */
export function secretsOf(world: World): Record<string, string[]> {
  const text = (...path: string[]) => readFileSync(join(world.dir, ...path), "utf8").trim();
  const { d, p, q } = JSON.parse(text("issuer", "key.json")) as Record<string, string>;
  return {
    "private key of an account": Array.from({ length: ACCOUNTS }, (_, index) => localPrivateKey(index).slice(2)),
    "secret of the world": Object.values(loadSecrets(join(world.dir, "secrets.json"))),
    "client secret": world.clients.map(({ clientSecret }) => clientSecret),
    "session key": text("session-key.pem").split("\n").slice(1, -1),
    "key of the issuer": [d, p, q].map((part) => part as string),
    "password of the database": [new URL(world.databaseUrl).password],
  };
}

/** Every secret that a text holds, as what it is and not as itself. */
export function secretsIn(text: string, secrets: Record<string, readonly string[]>): string[] {
  const lower = text.toLowerCase();
  const found = Object.entries(secrets).flatMap(([what, values]) =>
    values.some((value) => lower.includes(value.toLowerCase())) ? [what] : [],
  );
  return TOKEN.test(text) ? [...found, "bearer token"] : found;
}

/** The files of the world that are not there to keep a secret. */
export function openFiles(world: World): string[] {
  return readdirSync(world.dir, { recursive: true, encoding: "utf8" })
    .filter((path) => !KEEPERS.includes(path.split("/")[0] as string))
    .map((path) => join(world.dir, path))
    .filter((path) => statSync(path).isFile());
}

async function query(world: World, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
