import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import pg from "pg";
import type { Recorded } from "./record.ts";

// What the API is compared with, in a process of its own: Hono and pg, the same statements on one connection, the same JSON out.
// node bench/api/bare.ts <recorded.json>
const [file = ""] = process.argv.slice(2);
const recorded = JSON.parse(readFileSync(file, "utf8")) as Record<string, Recorded>;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });

const app = new Hono();
for (const [name, { statements, body }] of Object.entries(recorded)) {
  app.get(`/${name}`, async (c) => {
    const client = await pool.connect();
    try {
      for (const { text, values } of statements) await client.query(text, values);
    } finally {
      client.release();
    }
    return c.json(body as object);
  });
}
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }: AddressInfo) =>
  process.stdout.write(`${port}\n`),
);
