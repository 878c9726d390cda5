/** One message of a stream. */
export interface SseMessage {
  id: string | undefined;
  data: string;
}

/** Reads server-sent events out of text that comes in pieces cut anywhere. */
export function sseReader(): (piece: string) => SseMessage[] {
  let rest = "";
  let id: string | undefined;
  let data: string[] = [];
  return (piece) => {
    const messages: SseMessage[] = [];
    // A carriage return at the end may be half of a line's end.
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) messages.push({ id, data: data.join("\n") });
        data = [];
        id = undefined;
        continue;
      }
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === "data") data.push(value);
      if (field === "id") id = value;
    }
    return messages;
  };
}
