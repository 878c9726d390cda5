import { expect } from "chai";
import { useWorld } from "../../support/world.ts";

describe("GET /docs", () => {
  const world = useWorld();
  const get = async (path: string) => {
    const response = await fetch(new URL(path, world().origin));
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it("serves a reader whose every part comes from this server", async () => {
    const page = await get("/docs");
    expect([page.status, page.headers.get("content-type")]).to.deep.equal([200, "text/html; charset=utf-8"]);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string);
    expect(parts).to.have.length(3);
    for (const path of parts) {
      const part = await get(path);
      expect([part.status, part.headers.get("x-content-type-options")], path).to.deep.equal([200, "nosniff"]);
      expect(part.headers.get("content-type"), path).to.match(/^text\/(css|javascript); charset=utf-8$/);
      expect(new URL(path, world().origin).origin).to.equal(world().origin);
    }
    // Neither a script nor a style in the page itself.
    expect(page.text).to.not.match(/<script>|<style|style=|\son[a-z]+=/);
  });

  it("lets the page ask no other host, whatever the reader tries, and send nothing", async () => {
    const { headers } = await get("/docs");
    const policy = Object.fromEntries(
      (headers.get("content-security-policy") ?? "").split("; ").map((part) => {
        const [name, ...sources] = part.split(" ");
        return [name, sources.join(" ")];
      }),
    );
    expect(policy).to.deep.equal({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": "data:",
      "connect-src": "'self'",
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
    });
    const start = await get("/docs/start.js");
    expect(start.text).to.include('url: "/openapi.json"').and.include("supportedSubmitMethods: []");
    expect(start.text)
      .to.include("validatorUrl: null")
      .and.not.match(/https?:/);
    const style = await get("/docs/reader.css");
    expect(style.text).to.not.match(/@import|url\(\s*["']?(https?:)?\/\//);
  });

  it("has nothing else there", async () => {
    expect((await get("/docs/index.html")).status).to.equal(404);
    expect((await get("/docs/..%2fpackage.json")).status).to.equal(404);
    expect((await fetch(`${world().origin}/docs`, { method: "POST" })).status).to.equal(405);
  });
});
