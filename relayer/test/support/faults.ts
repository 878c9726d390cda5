import type { Behaviour, Reply } from "./fault-proxy.ts";

const json = { "content-type": "application/json" };
const always =
  (reply: Reply): Behaviour =>
  () =>
    reply;

/** Takes the question and never answers. */
export const hang: Behaviour = always({ send: () => undefined });

/** Closes the connection without an answer. */
export const drop: Behaviour = always({ send: (response) => void response.destroy() });

export const status = (code: number, headers: Record<string, string> = {}, body = "busy"): Behaviour =>
  always({ send: (response) => void response.writeHead(code, headers).end(body) });

export const malformed = (body: string): Behaviour =>
  always({ send: (response) => void response.writeHead(200, json).end(body) });

/** Whole headers, half a body, and an orderly end. */
export const truncated: Behaviour = always({
  async send(response, honest) {
    const whole = await honest();
    response.writeHead(200, json).end(whole.slice(0, whole.length / 2));
  },
});

/** Promises the whole body, sends half of it and closes the connection. */
export const cut: Behaviour = always({
  async send(response, honest) {
    const whole = await honest();
    response.writeHead(200, { ...json, "content-length": String(whole.length) });
    response.write(whole.slice(0, whole.length / 2), () => response.destroy());
  },
});

export const huge: Behaviour = ({ id }) => ({
  send: (response) =>
    void response.writeHead(200, json).end(`{"jsonrpc":"2.0","id":${id},"result":"0x${"00".repeat(3_000_000)}"}`),
});

/** Answers a question that nobody asked. */
export const wrongId: Behaviour = always({
  async send(response, honest) {
    const answer = JSON.parse(await honest());
    response.writeHead(200, json).end(JSON.stringify({ ...answer, id: answer.id + 1 }));
  },
});

export const rpcError = (code: number, message: string): Behaviour => always({ error: { code, message } });

/** The first behaviour that has something to say. */
export const all =
  (...behaviours: readonly Behaviour[]): Behaviour =>
  async (call, upstream) => {
    for (const behaviour of behaviours) {
      const reply = await behaviour(call, upstream);
      if (reply !== null) return reply;
    }
    return null;
  };

/** Behaves so at these methods only. */
export const at =
  (methods: readonly string[], behaviour: Behaviour): Behaviour =>
  (call, upstream) =>
    methods.includes(call.method) ? behaviour(call, upstream) : null;
