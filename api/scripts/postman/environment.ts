/** What has to be told, with the values of the local world; what is empty is the reader's to fill in. */
const PUBLIC: Record<string, string> = {
  base_url: "http://localhost:8000",
  auth_url: "http://localhost:8001/oauth/token",
  auth_audience: "https://api.keystoneos.xyz",
  client_id: "",
  environment_slug: "local",
  template_slug: "dvp-standard",
  asset_alias: "KBOND",
  cash_alias: "TUSDC",
  chain_id: "11155111",
  seller_wallet: "0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097",
  buyer_wallet: "0xcd3B766CCDd6AE721141F452C550Ca635964ce71",
  webhook_url: "https://hooks.example.com/keystone",
  platform_client_id: "",
  environment_client_id: "",
  user_id: "",
  streams: "off",
  token_expiry: "",
};

const SECRET = ["client_secret", "access_token", "user_token", "admin_token"];

/** The environment of the local world in Postman's format. */
export function localEnvironment() {
  const value = (key: string, type: "default" | "secret", value = "") => ({ key, value, type, enabled: true });
  return {
    id: "0f5d3b0e-52cf-4d0c-8e3c-6a7b7d0f9a10",
    name: "KeyStone API - Local",
    values: [
      ...Object.entries(PUBLIC).map(([key, content]) => value(key, "default", content)),
      ...SECRET.map((key) => value(key, "secret")),
    ],
    _postman_variable_scope: "environment",
  };
}
