import { createSocket } from "node:dgram";
import { once } from "node:events";
import { atTheEnd } from "./root-hook.ts";

export interface NameServer {
  /** As `host:port`. */
  server: string;
  /** Names that were asked for, in order. */
  asked: string[];
  /** Resolves when one has been asked for that is not answered. */
  silent: Promise<void>;
}

const HEADER = 12;
const A = 1;
const AAAA = 28;

/** A name server that knows these names, and never says a word about any other. */
export async function startNameServer(names: Record<string, { v4?: string; v6?: Buffer }>): Promise<NameServer> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  const silent = Promise.withResolvers<void>();
  socket.on("message", (query, from) => {
    const { name, type, end } = readQuestion(query);
    asked.push(name);
    const known = names[name];
    if (known === undefined) return silent.resolve();
    const v4 = known.v4 === undefined ? undefined : Buffer.from(known.v4.split(".").map(Number));
    const data = { [A]: v4, [AAAA]: known.v6 }[type];
    socket.send(answerTo(query.subarray(0, end), type, data), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  atTheEnd(async () => void socket.close());
  return { server: `127.0.0.1:${socket.address().port}`, asked, silent: silent.promise };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** The question back, with one record or none. */
function answerTo(question: Buffer, type: number, data: Buffer | undefined): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(data === undefined ? 0 : 1, 6);
  // No further records, whatever the query had.
  head.writeUInt32BE(0, 8);
  if (data === undefined) return head;
  // The name of the question, its class, a minute to live.
  const record = Buffer.from([0xc0, HEADER, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, record, data]);
}
