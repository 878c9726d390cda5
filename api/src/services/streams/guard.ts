import type { Store } from "@keystoneos/store";
import { ApiError } from "../../errors/api-error.ts";
import { renewPlaces } from "./places.ts";
import type { Stream } from "./stream.ts";

/** A reader of whom it was not known for so long that it may read is let go. */
const DOUBT_MS = 20_000;
/** Readers that are checked at once. */
const WIDTH = 8;

/** Ends the streams whose token has ended or was revoked, whose environment takes them no more, or whose place is another's by now. */
export async function guard(db: Store, streams: Stream[]): Promise<void> {
  if (streams.length === 0) return;
  const now = Date.now();
  for (const { outlet, expiresAt, admittedAt } of streams) {
    if (expiresAt.getTime() <= now || now - admittedAt > DOUBT_MS) outlet.end();
  }
  const renewed = await renewPlaces(
    db,
    streams.map(({ id }) => id),
  );
  for (const { id, outlet } of streams) if (!renewed.has(id)) outlet.end();
  const rest = streams.filter(({ outlet }) => outlet.isOpen).values();
  const check = async () => {
    for (const stream of rest) await checkAdmission(stream);
  };
  await Promise.all(Array.from({ length: WIDTH }, check));
}

async function checkAdmission(stream: Stream): Promise<void> {
  try {
    await stream.admit();
    stream.admittedAt = Date.now();
  } catch (error) {
    // What does not answer says nothing about the reader.
    if (error instanceof ApiError && error.status < 500) stream.outlet.end();
  }
}
