import { migrate } from "../migrate.ts";

const databaseUrl = process.env.DATABASE_URL;
if (databaseUrl === undefined || databaseUrl === "") {
  console.error("DATABASE_URL is missing: the connection string of the platform database");
  process.exit(1);
}
const applied = await migrate({ databaseUrl });
console.log(applied.length === 0 ? "The database is up to date" : `Applied ${applied.join(", ")}`);
