import { readFile } from "node:fs/promises";
import { parseDeployment } from "@keystoneos/protocol";
import { connect, migrate, seedDeployment } from "../index.ts";

/** Prepares the database of DATABASE_URL, and stores the templates and instruments of DEPLOYMENTS_FILE. */
const databaseUrl = required("DATABASE_URL", "the connection string of the platform database");
const file = required("DEPLOYMENTS_FILE", "the file that describes the deployment");

const deployment = parseDeployment(JSON.parse(await readFile(file, "utf8")));
const applied = await migrate({ databaseUrl });
console.log(applied.length === 0 ? "The database is up to date" : `Applied ${applied.join(", ")}`);
const db = connect({ databaseUrl });
await seedDeployment(db, deployment);
await db.destroy();

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  console.error(`${name} is missing: ${meaning}`);
  process.exit(1);
}
