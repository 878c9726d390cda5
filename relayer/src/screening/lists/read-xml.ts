import { setImmediate as breathe } from "node:timers/promises";
import sax from "sax";
import { ListError } from "../../errors.ts";

/** An element as it opens or closes, without its prefix. */
interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, the root first. */
  path: readonly string[];
}

/** What a reader does with an element: `text` is what stood in it and in no element within. */
export interface XmlReader {
  open?(element: XmlElement): void;
  close?(element: XmlElement, text: string): void;
}

const MAX_DEPTH = 32;
const MAX_TEXT = 1024 * 1024;
const SLICE = 256 * 1024;

/**
 * Reads XML piece by piece, giving others their turn in between. Throws ListError naming the line for what is not well formed, for a root
 * of another name, and for any document type: these lists have none, and only one can bring entities of its own.
 */
export async function readXml(file: string, bytes: Uint8Array, root: string, reader: XmlReader): Promise<void> {
  const parser = sax.parser(true, { position: true });
  const open: { element: XmlElement; text: string }[] = [];
  const fault = (message: string): never => {
    throw new ListError(file, parser.line + 1, message);
  };
  let ended = false;
  // Its message goes on with line and column, which are named already.
  parser.onerror = (error) => fault((error.message.split("\n")[0] ?? "").trim());
  parser.ondoctype = () => fault("has a document type, which the list is published without");
  parser.onopentag = ({ name: qualified, attributes }) => {
    const name = localName(qualified);
    if (ended) fault(`goes on after the end of ${root}`);
    if (open.length === 0 && name !== root) fault(`begins with ${name} instead of ${root}`);
    if (open.length >= MAX_DEPTH) fault("is nested too deeply");
    const path = open.map(({ element }) => element.name);
    const element = { name, attributes: attributes as Record<string, string>, path };
    open.push({ element, text: "" });
    reader.open?.(element);
  };
  const addText = (text: string) => {
    const top = open.at(-1);
    if (top === undefined) return;
    if (top.text.length + text.length > MAX_TEXT) fault(`has more text in ${top.element.name} than any list`);
    top.text += text;
  };
  parser.ontext = addText;
  parser.oncdata = addText;
  parser.onclosetag = () => {
    const top = open.pop();
    if (top !== undefined) reader.close?.(top.element, top.text.trim());
    ended = open.length === 0;
  };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (slice: Uint8Array, stream: boolean): string => {
    try {
      return decoder.decode(slice, { stream });
    } catch {
      return fault("is not UTF-8");
    }
  };
  for (let start = 0; start < bytes.length; start += SLICE) {
    const end = Math.min(start + SLICE, bytes.length);
    parser.write(decode(bytes.subarray(start, end), end < bytes.length));
    await breathe();
  }
  parser.close();
  if (!ended) fault(`ends before ${root} does`);
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(":") + 1);
}
