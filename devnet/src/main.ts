import { join } from "node:path";
import { announce } from "./demo/announce.ts";
import { runDemo } from "./demo/run.ts";
import { renderTable } from "./demo/table.ts";
import type { Progress } from "./demo/types.ts";
import { guide } from "./world/guide.ts";
import { worldOptionsFrom } from "./world/options.ts";
import { accessToken } from "./world/token.ts";
import { startWorld, type World } from "./world.ts";

const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => abort.abort());

const code = await main().catch((error: unknown) => {
  if (abort.signal.aborted) return 0;
  console.error(`\n${error instanceof Error ? error.message : error}`);
  return 1;
});
// A demo that was cut off still waits for a world that is gone.
process.exit(code);

/** Starts the world, plays the demo in it, then serves until it is told to end. Resolves to the exit code. */
async function main(): Promise<number> {
  const print = announce();
  const tell: Progress = (event) => {
    if (!abort.signal.aborted) print(event);
  };
  const world = await startWorld({
    ...worldOptionsFrom(process.env),
    signal: abort.signal,
    onProgress: (text) => tell({ scenario: "world", text }),
  });
  try {
    const demo = runDemo(world, { startedAt: world.startedAt, onProgress: tell });
    const result = await Promise.race([demo, aborted()]);
    if (result === null) return 0;
    console.log(`\n${renderTable(result)}\n`);
    console.log(await introduce(world));
    await aborted();
    console.log("\nStopping.");
    return 0;
  } finally {
    await world.stop();
  }
}

function aborted(): Promise<null> {
  return new Promise((resolve) => {
    if (abort.signal.aborted) resolve(null);
    else abort.signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

async function introduce(world: World): Promise<string> {
  const { contracts } = world.deployment;
  const [first, second] = world.clients;
  const tokens = await Promise.all([accessToken(world.issuer, first), accessToken(world.issuer, second)]);
  const rule = "-".repeat(100);
  return `The local world goes on running. Ctrl-C ends it; what it knows stays in ${world.dir}.

  API          ${world.apiUrl}
  GraphQL      ${world.graphqlUrl}
  Issuer       ${world.issuer.url}
  Sandbox      ${world.urls.sandbox}
${world.chains.map(({ chainId, rpcUrl }) => `  Chain        ${rpcUrl}  (${chainId})`).join("\n")}
  Logs         ${join(world.dir, "logs")}
  Clients      ${join(world.dir, "clients.json")}

  Root         ${contracts.root}
  Coordinator  ${contracts.coordinator}
  Escrow       ${contracts.escrow}
  Registry     ${contracts.registry}
  Messenger    ${contracts.messenger}
  Router       ${contracts.router}

These chains carry the ids of Sepolia and Base Sepolia, so that everything is as it is there. Whatever is signed here would therefore
be valid on those networks too. All keys here are throw-away keys that everybody knows: use no key here that you use anywhere else.

A settlement of your own, for a shell:
${rule}
${guide(world, tokens as [string, string])}
${rule}`;
}
