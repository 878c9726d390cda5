import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** One request of a load. */
export interface Shot {
  method: string;
  url: string;
  token?: string;
  body?: string;
}

/** What came of a load: times in milliseconds. */
export interface Load {
  /** Answered as expected, a second. */
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  /** Answered otherwise, or not at all. */
  failed: number;
  count: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** Sends one request over a kept connection. Resolves to its status once the whole answer is there. */
export function fire({ method, url, token, body }: Shot): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined)
      Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    const sent = request(url, { method, headers, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** So many clients, each of which asks again when it is answered. */
export async function closedLoop(shot: Shot, expected: number, clients: number, seconds: number): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const client = async () => {
    for (let now = performance.now(); now < end; now = performance.now()) {
      const { status } = await fire(shot).catch(() => ({ status: 0 }));
      if (status === expected) times.push(performance.now() - now);
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return summary(times, failed, performance.now() - start);
}

/**
 * Requests at fixed times, however long the answers take; each is measured from when it was due, so that a server that stalls is not
 * asked less, nor measured less.
 */
export async function openLoop(shots: readonly Shot[], expected: number, perSecond: number): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const start = performance.now() + 50;
  const answers: Promise<void>[] = [];
  for (const [index, shot] of shots.entries()) {
    const due = start + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const answer = fire(shot).catch(() => ({ status: 0 }));
    answers.push(
      answer.then(({ status }) => {
        if (status === expected) times.push(performance.now() - due);
        else failed++;
      }),
    );
  }
  await Promise.all(answers);
  return summary(times, failed, performance.now() - start);
}

function summary(times: number[], failed: number, ms: number): Load {
  return { perSecond: round((times.length * 1000) / ms), ...percentiles(times), failed, count: times.length };
}

/** By the nearest rank; zero of nothing. */
export function percentiles(values: readonly number[]): Record<"p50" | "p95" | "p99", number> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
