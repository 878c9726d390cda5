import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ConfigError, readConfig } from "../../src/config.ts";
import { testDeployment } from "../support/deployment.ts";

describe("readConfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "keystone-config-"));
  const file = join(folder, "deployments.json");
  writeFileSync(file, JSON.stringify(testDeployment()));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const pem = (type: "rsa" | "ec", modulusLength = 2048) => {
    const options = { type: "pkcs8", format: "pem" } as const;
    if (type === "ec") return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(options) as string;
    return generateKeyPairSync("rsa", { modulusLength }).privateKey.export(options) as string;
  };
  const sessionKey = pem("rsa");
  const sessionKeyFile = join(folder, "session-key.pem");
  writeFileSync(sessionKeyFile, sessionKey);
  const good = {
    DATABASE_URL: "postgres://localhost/keystone",
    DEPLOYMENTS_FILE: file,
    OIDC_ISSUER: "http://127.0.0.1:8001/",
    OIDC_JWKS_URL: "http://127.0.0.1:8001/.well-known/jwks.json",
    DIRECTORY_URL: "http://127.0.0.1:8001/",
    DIRECTORY_CLIENT_ID: "keystone-api",
    DIRECTORY_CLIENT_SECRET: "the-secret-of-the-directory-client",
    DIRECTORY_LOGIN_CLIENT_ID: "dashboard",
    SECRETS_KEY: "ab".repeat(32),
    SECRETS_KEY_ID: "local",
    SESSION_KEY_FILE: sessionKeyFile,
    RPC_URL_11155111: "http://127.0.0.1:8545",
    RPC_URL_84532: "http://127.0.0.1:8546",
  };

  it("fills in what the local world has", () => {
    const config = readConfig(good);
    expect(config.port).to.equal(8000);
    expect(config.trustedProxies).to.deep.equal([]);
    const proxied = readConfig({ ...good, TRUSTED_PROXIES: "10.0.0.0/8, ::1" });
    expect(proxied.trustedProxies.map(([first, bits]) => `${first}/${bits}`)).to.deep.equal(["10.0.0.0/8", "::1/128"]);
    const pages = readConfig({ ...good, DASHBOARD_ORIGINS: "https://a.example,http://localhost:3000" });
    expect(pages.dashboardOrigins).to.deep.equal(["https://a.example", "http://localhost:3000"]);
    expect(config.origin).to.equal("http://localhost:8000");
    expect(config.oidc.audience).to.equal("https://api.keystoneos.xyz");
    expect(config.graphqlUrl).to.equal("http://127.0.0.1:42069/graphql");
    expect(config.minTimeoutSeconds).to.equal(60);
    expect(config.webhookDevelopmentMode).to.equal(false);
    expect([...config.rpcUrls.keys()]).to.deep.equal([11155111, 84532]);
  });

  it("takes a directory by https, or on this machine, and a connection where there is one", () => {
    for (const DIRECTORY_URL of ["https://tenant.eu.auth0.com/", "http://localhost:8001/", "http://[::1]:8001/"]) {
      const { directory } = readConfig({ ...good, DIRECTORY_URL });
      expect(directory).to.deep.equal({
        url: DIRECTORY_URL,
        clientId: "keystone-api",
        clientSecret: "the-secret-of-the-directory-client",
        loginClientId: "dashboard",
        connectionId: undefined,
      });
    }
    expect(readConfig({ ...good, DIRECTORY_CONNECTION_ID: "con_1" }).directory.connectionId).to.equal("con_1");
    for (const DIRECTORY_URL of [
      "https://tenant.example",
      "http://127.0.0.1.example/",
      "http://localhost@a.example/",
    ]) {
      expect(() => readConfig({ ...good, DIRECTORY_URL }), DIRECTORY_URL).to.throw(ConfigError, "DIRECTORY_URL");
    }
  });

  for (const name of Object.keys(good)) {
    it(`names ${name} when it is missing`, () => {
      const { [name]: _, ...rest } = good as Record<string, string>;
      expect(() => readConfig(rest)).to.throw(ConfigError, name);
    });
  }

  const wrong: Record<string, string> = {
    API_DATABASE_CONNECTIONS: "7",
    API_PORT: "70000",
    OIDC_JWKS_URL: "ftp://somewhere",
    DIRECTORY_URL: "http://tenant.example/",
    SECRETS_KEY: "ab",
    MIN_TIMEOUT_SECONDS: "soon",
    INDEXER_SCHEMA: 'indexer"; DROP',
    RPC_URL_84532: "here",
    DEPLOYMENTS_FILE: join(folder, "nothing.json"),
    LOG_LEVEL: "loud",
    DASHBOARD_ORIGINS: "https://a.example, https://b.example/",
    TRUSTED_PROXIES: "10.0.0.0/8, 10.0.0.1/8",
    API_ORIGIN: "https://api.example/v1",
    SESSION_KEY_FILE: join(folder, "nothing.pem"),
    WEBHOOK_DEVELOPMENT_MODE: "yes",
  };
  for (const [name, value] of Object.entries(wrong)) {
    it(`names ${name} when it is wrong, without showing a secret`, () => {
      const read = () => readConfig({ ...good, [name]: value });
      expect(read).to.throw(ConfigError, name);
      expect(read).to.not.throw(good.SECRETS_KEY);
    });
  }

  it("takes no key for sessions that is short, of another kind, public or none, and shows nothing of it", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const texts = [pem("rsa", 1024), pem("ec"), publicKey.export({ type: "spki", format: "pem" }) as string, "secret"];
    for (const text of texts) {
      writeFileSync(sessionKeyFile, text);
      try {
        expect(() => readConfig(good)).to.throw(ConfigError, "SESSION_KEY_FILE");
        expect(() => readConfig(good)).to.not.throw(text);
      } finally {
        writeFileSync(sessionKeyFile, sessionKey);
      }
    }
  });

  const keyFile = (name: string, text: string | Buffer) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it("takes further keys for sessions, of a private one the public half", () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const spki = keyFile("public.pem", publicKey.export({ type: "spki", format: "pem" }));
    const other = keyFile("private.pem", pem("rsa", 3072));
    const { sessionKeys } = readConfig({ ...good, SESSION_ACCEPTED_KEY_FILES: `${spki}, ${other}` });
    expect(sessionKeys.accepted.map(({ type }) => type)).to.deep.equal(["public", "public"]);
    expect(sessionKeys.accepted[0]?.equals(publicKey)).to.equal(true);
    expect(sessionKeys.signing.type).to.equal("private");
    expect(readConfig(good).sessionKeys.accepted).to.deep.equal([]);
    // The same key in another form is the same key.
    const again = keyFile("again.pem", privateKey.export({ type: "pkcs1", format: "pem" }));
    const twice = () => readConfig({ ...good, SESSION_ACCEPTED_KEY_FILES: `${spki},${again}` });
    expect(twice).to.throw(ConfigError, `"${again}" has a key that is listed before`);
    const own = () => readConfig({ ...good, SESSION_ACCEPTED_KEY_FILES: sessionKeyFile });
    expect(own).to.throw(ConfigError, "SESSION_ACCEPTED_KEY_FILES has the key of SESSION_KEY_FILE");
  });

  it("takes none that is weak, of another kind or no key, names its file and shows nothing of it", () => {
    const small = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 });
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const form = { type: "spki", format: "pem" } as const;
    const files: Record<string, [text: string, why: string]> = {
      "short.pem": [pem("rsa", 1024), "2048 bits"],
      "curve.pem": [pem("ec"), "RSA"],
      "pss.pem": [pss.publicKey.export(form) as string, "RSA"],
      "exponent.pem": [small.publicKey.export(form) as string, "65537"],
      "text.pem": ["a secret", "readable PEM file"],
    };
    const strong = keyFile("strong.pem", pem("rsa"));
    for (const [name, [text, why]] of Object.entries(files)) {
      const path = keyFile(name, text);
      const read = () => readConfig({ ...good, SESSION_ACCEPTED_KEY_FILES: `${strong},${path}` });
      expect(read, name).to.throw(ConfigError, /^SESSION_ACCEPTED_KEY_FILES cannot be used/);
      expect(read, name).to.throw(`"${path}" must be`);
      expect(read, name).to.throw(why);
      expect(read, name).to.not.throw(text);
    }
    const missing = join(folder, "nothing.pem");
    const read = () => readConfig({ ...good, SESSION_ACCEPTED_KEY_FILES: missing });
    expect(read).to.throw(ConfigError, `"${missing}" must be a readable PEM file`);
    const signing = keyFile("exponent-private.pem", small.privateKey.export({ type: "pkcs8", format: "pem" }));
    expect(() => readConfig({ ...good, SESSION_KEY_FILE: signing })).to.throw(ConfigError, "SESSION_KEY_FILE");
  });

  it("takes no issuer that is the API itself", () => {
    const same = { ...good, OIDC_ISSUER: "http://api.example", API_ORIGIN: "http://api.example" };
    expect(() => readConfig(same)).to.throw(ConfigError, "API_ORIGIN");
  });

  it("names everything that is wrong at once", () => {
    expect(() => readConfig({})).to.throw(ConfigError, /DATABASE_URL[\s\S]*DEPLOYMENTS_FILE[\s\S]*SECRETS_KEY/);
  });
});
