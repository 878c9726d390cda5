import { localPrivateKey } from "../../../devnet/src/keys.ts";

/** The variables without a default, for a node of chain 31337. */
export const environment = (): Record<string, string> => ({
  SANDBOX_CHAIN_IDS: "31337",
  RPC_URL_31337: "http://127.0.0.1:1",
  SANDBOX_API_URL: "http://127.0.0.1:2/v1",
  SANDBOX_TOKEN_URL: "http://127.0.0.1:3/oauth/token",
  SANDBOX_CLIENT_ID: "sandbox",
  SANDBOX_CLIENT_SECRET: "the-sandbox-client-secret",
  SANDBOX_FAUCET_PRIVATE_KEY: localPrivateKey("faucet"),
  SANDBOX_COUNTERPARTY_PRIVATE_KEY: localPrivateKey("counterparty"),
});
