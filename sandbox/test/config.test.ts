import { expect } from "chai";
import { localPrivateKey } from "../../devnet/src/keys.ts";
import { readConfig } from "../src/config.ts";
import { ConfigError } from "../src/errors.ts";
import { environment } from "./support/environment.ts";

describe("the sandbox's configuration", () => {
  const message = (change: Record<string, string | undefined>): string => {
    try {
      readConfig({ ...environment(), ...change });
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return (error as ConfigError).message;
    }
    return "";
  };

  it("is read with its defaults", () => {
    const config = readConfig(environment());
    expect(config).to.include({
      host: "127.0.0.1",
      port: 8005,
      gasFloor: 50_000_000_000_000_000n,
      maxQuantity: "1000000",
    });
    expect([...config.rpcUrls.keys()]).to.deep.equal([31_337]);
  });

  for (const name of Object.keys(environment())) {
    it(`needs ${name}, and takes no empty one for it`, () => {
      for (const value of [undefined, ""])
        expect(message({ [name]: value })).to.match(new RegExp(`^${name} is missing`));
    });
  }

  for (const chainId of ["1", "8453", "0", "", "-1", "11155111e0", "sepolia"]) {
    it(`serves no chain ${JSON.stringify(chainId)}, also beside a test chain`, () => {
      const found = message({ SANDBOX_CHAIN_IDS: `31337,${chainId}`, [`RPC_URL_${chainId}`]: "http://127.0.0.1:1" });
      expect(found)
        .to.match(/^SANDBOX_CHAIN_IDS has /)
        .and.to.include("11155111 (Sepolia)");
    });
  }

  it("leaves nodes of other chains alone that are not named", () => {
    expect(message({ RPC_URL_1: "https://mainnet.example" })).to.equal("");
  });

  for (const [name, value, reason] of [
    ["SANDBOX_API_URL", "http://api.example/v1", "https"],
    ["SANDBOX_API_URL", "https://api.example", "/v1"],
    ["SANDBOX_API_URL", "https://user:word@api.example/v1", "credentials"],
    ["SANDBOX_API_URL", "http://127.0.0.1.example/v1", "https"],
    ["SANDBOX_TOKEN_URL", "http://issuer.example/oauth/token", "https"],
    ["RPC_URL_31337", "ws://127.0.0.1:1", "http"],
    ["SANDBOX_FAUCET_PRIVATE_KEY", `0x${"5e".repeat(31)}`, "64 hex digits"],
    ["SANDBOX_PORT", "65536", "65535"],
    ["SANDBOX_GAS_FLOOR", "-1", "decimal"],
    ["SANDBOX_MAX_QUANTITY", "1e9", "decimal"],
    ["SANDBOX_TICK_MS", "0", "50"],
    ["LOG_LEVEL", "loud", "fatal"],
  ] as const) {
    it(`refuses ${name} ${value}, and does not repeat it where it may be secret`, () => {
      const found = message({ [name]: value });
      expect(found).to.include(name).and.to.include(reason);
      expect(found).to.not.include("word@").and.to.not.include("5e5e");
    });
  }

  it("refuses one key for both accounts", () => {
    const key = localPrivateKey("faucet");
    expect(message({ SANDBOX_COUNTERPARTY_PRIVATE_KEY: key })).to.include("SANDBOX_COUNTERPARTY_PRIVATE_KEY");
  });

  it("names every variable at fault at once", () => {
    expect(message({ SANDBOX_CLIENT_ID: "", SANDBOX_PORT: "x" }).split("\n")).to.have.length(2);
  });
});
