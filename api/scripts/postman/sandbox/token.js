// Runs before every request: a machine token by client credentials, kept until a minute before its end.
const RENEW_BEFORE_MS = 60_000;
const fresh =
  pm.environment.get("access_token") && Date.now() < Number(pm.environment.get("token_expiry")) - RENEW_BEFORE_MS;

if (!fresh && pm.environment.get("client_id")) {
  pm.environment.unset("access_token");
  pm.sendRequest(
    {
      url: pm.environment.get("auth_url"),
      method: "POST",
      header: { "Content-Type": "application/json" },
      body: {
        mode: "raw",
        raw: JSON.stringify({
          grant_type: "client_credentials",
          client_id: pm.environment.get("client_id"),
          client_secret: pm.environment.get("client_secret"),
          audience: pm.environment.get("auth_audience"),
        }),
      },
    },
    (error, response) => {
      pm.test("The issuer gives an access token", () => {
        pm.expect(error, "reaching auth_url").to.equal(null);
        pm.expect(response.code, "the issuer's answer").to.equal(200);
        const { access_token, expires_in } = response.json();
        pm.environment.set("access_token", access_token);
        pm.environment.set("token_expiry", String(Date.now() + expires_in * 1_000));
      });
    },
  );
}
