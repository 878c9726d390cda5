import { readFile } from "node:fs/promises";
import { type Deployment, parseDeployment } from "@keystoneos/protocol";
import { connect, migrate, seedDeployment } from "../index.ts";

/** Prepares the database of DATABASE_URL, and stores the templates and instruments of DEPLOYMENTS_FILE. */
try {
  const databaseUrl = required("DATABASE_URL", "the connection string of the platform database");
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) throw new Error("DATABASE_URL must be a postgres:// URL");
  const deployment = await readDeployment(required("DEPLOYMENTS_FILE", "the file that describes the deployment"));
  const applied = await migrate({ databaseUrl }).catch(because("DATABASE_URL: the database cannot be prepared"));
  console.log(applied.length === 0 ? "The database is up to date" : `Applied ${applied.join(", ")}`);
  const db = connect({ databaseUrl });
  await seedDeployment(db, deployment);
  await db.destroy();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is missing: ${meaning}`);
  return value;
}

async function readDeployment(file: string): Promise<Deployment> {
  return readFile(file, "utf8").then(parseDeployment).catch(because("DEPLOYMENTS_FILE cannot be used"));
}

/** One line that names what is at fault. A database error may be an aggregate without a message of its own. */
function because(what: string): (cause: unknown) => never {
  return (cause) => {
    const { message, code } = cause as { message?: string; code?: string };
    throw new Error(`${what}: ${message || code || String(cause)}`, { cause });
  };
}
