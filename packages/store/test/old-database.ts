import { freshDatabase } from "../../../test/support/database.ts";
import { connect, migrate, readMigrations, type Store } from "../src/index.ts";

/** A database as the version before a migration has left it. */
export interface OldDatabase {
  db: Store;
  /** Applies the migration and all that follow. */
  migrate(): Promise<void>;
  drop(): Promise<void>;
}

/** Creates a database with all migrations before the one of this number, `0004`. */
export async function databaseBefore(number: string): Promise<OldDatabase> {
  const database = await freshDatabase();
  const databaseUrl = database.url;
  const shipped = await readMigrations();
  await migrate({ databaseUrl, migrations: shipped.filter(({ name }) => name < number) });
  const db = connect({ databaseUrl });
  return {
    db,
    async migrate() {
      await migrate({ databaseUrl });
    },
    async drop() {
      await db.destroy();
      await database.drop();
    },
  };
}
