const SECRET = ["client_secret", "access_token", "user_token", "admin_token"];

/** What the local world has: its issuer, its demo tokens and two of its demo parties. */
const LOCAL = {
  base_url: "http://localhost:8000",
  auth_url: "http://localhost:8001/oauth/token",
  environment_slug: "local",
  asset_alias: "KBOND",
  cash_alias: "TUSDC",
  seller_wallet: "0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097",
  buyer_wallet: "0xcd3B766CCDd6AE721141F452C550Ca635964ce71",
};

const PRODUCTION = {
  base_url: "https://api.keystoneos.xyz",
  auth_url: "https://auth.keystoneos.xyz/oauth/token",
};

export const local = () => environment("0f5d3b0e-52cf-4d0c-8e3c-6a7b7d0f9a10", "KeyStone API - Local", LOCAL);
export const production = () =>
  environment("3c0d9a66-6f4e-4a59-9d2c-5f1b3a7e8d21", "KeyStone API - Production", PRODUCTION);

/** An environment in Postman's format; what is empty is the reader's to fill in. */
function environment(id: string, name: string, known: Record<string, string>) {
  const values: Record<string, string> = {
    base_url: "",
    auth_url: "",
    auth_audience: "https://api.keystoneos.xyz",
    client_id: "",
    environment_slug: "",
    template_slug: "dvp-standard",
    asset_alias: "",
    cash_alias: "",
    chain_id: "11155111",
    seller_wallet: "",
    buyer_wallet: "",
    webhook_url: "https://hooks.example.com/keystone",
    platform_client_id: "",
    environment_client_id: "",
    user_id: "",
    streams: "off",
    token_expiry: "",
    ...known,
  };
  const variable = (key: string, type: "default" | "secret", value = "") => ({ key, value, type, enabled: true });
  return {
    id,
    name,
    values: [
      ...Object.entries(values).map(([key, value]) => variable(key, "default", value)),
      ...SECRET.map((key) => variable(key, "secret")),
    ],
    _postman_variable_scope: "environment",
  };
}
