import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** A machine client as it lies on disk: its secret only as a salted hash. */
interface StoredClient {
  client_id: string;
  name: string;
  scopes: string[];
  client_metadata?: Record<string, string>;
  salt: string;
  secret_hash: string;
}

export interface Client {
  client_id: string;
  name: string;
  scopes: string[];
  client_metadata: Record<string, string>;
}

/** What a machine client may ask for unless it was created with other scopes. */
export const DEFAULT_SCOPES = [
  "settlements:read",
  "settlements:write",
  "templates:read",
  "platform:read",
  "platform:webhooks:manage",
];

/** The issuer's clients, in one file that only its owner may read. */
export class ClientFile {
  readonly #file: string;
  readonly #clients: Map<string, StoredClient>;

  constructor(file: string) {
    this.#file = file;
    const stored: StoredClient[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
    this.#clients = new Map(stored.map((client) => [client.client_id, client]));
  }

  /** Creates a client. Its secret is told this once and never again. */
  create(
    name: string,
    scopes: string[],
    client_metadata: Record<string, string> = {},
  ): Client & { client_secret: string } {
    const client_id = randomBytes(16).toString("base64url");
    const client_secret = randomBytes(36).toString("base64url");
    const salt = randomBytes(16).toString("hex");
    const secret_hash = hash(salt, client_secret).toString("hex");
    const stored = { client_id, name, scopes, client_metadata, salt, secret_hash };
    this.#clients.set(client_id, stored);
    writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#clients.values()], null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    return { client_id, client_secret, name, scopes, client_metadata };
  }

  find(clientId: string): Client | undefined {
    const stored = this.#clients.get(clientId);
    return stored === undefined ? undefined : shown(stored);
  }

  /** The client, if the secret is its own. Takes as long for one that does not exist. */
  authenticate(clientId: string, secret: string): Client | null {
    const stored = this.#clients.get(clientId);
    const given = hash(stored?.salt ?? "", secret);
    const expected = stored === undefined ? Buffer.alloc(given.length) : Buffer.from(stored.secret_hash, "hex");
    const equal = timingSafeEqual(given, expected);
    return stored === undefined || !equal ? null : shown(stored);
  }
}

function shown({ client_id, name, scopes, client_metadata = {} }: StoredClient): Client {
  return { client_id, name, scopes, client_metadata };
}

/** A secret has 288 random bits, so nobody can try them all: a slow hash would add nothing. */
function hash(salt: string, secret: string): Buffer {
  return createHash("sha256").update(`${salt}:${secret}`).digest();
}
