import { readFileSync } from "node:fs";
import { expect } from "chai";

interface Request {
  method: string;
  url: { path: string[] };
  body?: { raw: string };
}
interface Item {
  name: string;
  event: { listen: string; script: { exec: string[] } }[];
  request: Request;
  response: { code: number }[];
}
interface Collection {
  event: Item["event"];
  variable: { key: string }[];
  item: { name: string; item: Item[] }[];
}

interface Documented {
  tags: [string];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")) as T;
}

const { paths } = read<{ paths: Record<string, Record<string, Documented>> }>("openapi.json");
const { event, variable, item: folders } = read<Collection>("../sdks/postman/keystone-api.postman_collection.json");
const environment = read<{ values: { key: string; value: string; type: string }[] }>(
  "../sdks/postman/keystone-api.local.postman_environment.json",
);

const operations = new Map<string, Documented>(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Documented] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  ),
);
const items = folders.flatMap(({ item }) => item);
const scripts = [event, ...items.map((item) => item.event)].flat().map(({ script }) => script.exec.join("\n"));

function endpointOf({ method, url }: Request): string {
  return `${method} /${url.path.map((word) => word.replace(/^:(.*)$/, "{$1}")).join("/")}`;
}

describe("the Postman collection", () => {
  it("has a request for every operation of the document, and none besides", () => {
    const requested = new Set(items.map(({ request }) => endpointOf(request)));
    expect([...requested]).to.have.members([...operations.keys()]);
  });

  it("has each request in the folder of its tag, under a name of its own", () => {
    for (const { name, item } of folders) {
      for (const { request } of item) expect(operations.get(endpointOf(request))?.tags).to.deep.equal([name]);
    }
    const names = items.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("has a body where one is taken, and a saved response for every success", () => {
    for (const { name, request, response } of items) {
      const { requestBody, responses } = operations.get(endpointOf(request)) as Documented;
      expect(request.body !== undefined, name).to.equal(requestBody !== undefined);
      const successes = Object.keys(responses).filter((status) => status.startsWith("2"));
      expect(
        response.map(({ code }) => String(code)),
        name,
      ).to.deep.equal(successes);
    }
  });

  it("uses no variable that neither the environment has nor a request fills", () => {
    const known = [...environment.values, ...variable].map(({ key }) => key);
    const filled = scripts.flatMap((text) => [...text.matchAll(/(?:set|keep)\("(\w+)"/g)].map(([, name]) => name));
    const used = [...JSON.stringify(items.map(({ request }) => request)).matchAll(/\{\{([^}]+)\}\}/g)]
      .map(([, name]) => name as string)
      .filter((name) => !name.startsWith("$"));
    expect([...new Set(used)].filter((name) => ![...known, ...filled].includes(name))).to.deep.equal([]);
  });

  it("holds no secret, and keeps those that are filled in hidden", () => {
    const secrets = environment.values.filter(({ key }) => /secret|_token$/.test(key));
    expect(secrets.map(({ key }) => key)).to.have.members([
      "client_secret",
      "access_token",
      "user_token",
      "admin_token",
    ]);
    for (const { key, value, type } of secrets)
      expect({ value, type }, key).to.deep.equal({ value: "", type: "secret" });
  });
});
