import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@keystoneos/store";
import { accessToken } from "../../devnet/src/world/token.ts";
import { startWorld, type World } from "../../devnet/src/world.ts";

interface BenchEnvironment {
  clientId: string;
  token: string;
}

/** The local world with as many environments as are measured with. */
export interface BenchWorld {
  world: World;
  environments: BenchEnvironment[];
  stop(): Promise<void>;
}

/** Limits that no measurement reaches. */
const PER_MINUTE = "60000";

/**
 * The local world, on ports of its own in a folder that ends with it, each environment with a platform of its own.
 *
 * @param variables For every process, over the usual ones.
 */
export async function startBenchWorld(
  count: number,
  onProgress: (text: string) => void,
  variables: Record<string, string> = {},
): Promise<BenchWorld> {
  const dir = await mkdtemp(join(tmpdir(), "keystone-bench-"));
  // As root PostgreSQL runs under another account, which has to reach its files.
  await chmod(dir, 0o755);
  const limits = { RATE_LIMIT_PER_MINUTE: PER_MINUTE, RATE_LIMIT_ANONYMOUS_PER_MINUTE: PER_MINUTE };
  const env = { ...limits, LOG_LEVEL: "warn", ...variables };
  const world = await startWorld({ dir, ports: "free", env, onProgress });
  const stop = async () => {
    await world.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    return { world, environments: await addEnvironments(world, count), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function addEnvironments(world: World, count: number): Promise<BenchEnvironment[]> {
  const { issuerAdminToken } = JSON.parse(await readFile(join(world.dir, "secrets.json"), "utf8"));
  const db = connect({ databaseUrl: world.databaseUrl });
  const environments: BenchEnvironment[] = [];
  for (let index = 0; index < count; index++) {
    const slug = `bench-${index}`;
    const answer = await fetch(`${world.issuer.url}clients`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${issuerAdminToken}` },
      body: JSON.stringify({ name: slug }),
    });
    if (answer.status !== 201) throw new Error(`the issuer refused: ${await answer.text()}`);
    const { client_id, client_secret } = (await answer.json()) as { client_id: string; client_secret: string };
    const { id } = await db
      .insertInto("keystone.platform")
      .values({ slug, name: slug })
      .returning("id")
      .executeTakeFirstOrThrow();
    const environment = { platform_id: id, name: slug, slug: "local", auth0_client_id: client_id };
    await db.insertInto("keystone.environment").values(environment).execute();
    const client = {
      platform: slug,
      name: slug,
      environment: "local",
      clientId: client_id,
      clientSecret: client_secret,
    };
    environments.push({ clientId: client_id, token: await accessToken(world.issuer, client) });
  }
  await db.destroy();
  return environments;
}
