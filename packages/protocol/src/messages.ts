import type { Hex } from "viem";
import { ProtocolError } from "./errors.ts";
import { MAX_ENCODED_BYTES } from "./terms/bounds.ts";
import { decodeTerms, encodeTerms } from "./terms/codec.ts";
import { type Terms, Verdict } from "./terms/types.ts";

/** What a message between two chains of the deployment says. */
export const MessageKind = { LOCKED: 0, VERDICT: 1, RELEASED: 2 } as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];
export type MessageKindName = keyof typeof MessageKind;

/** The payload of a message: kind (1 byte), verdict (1), settlementId (32), then nothing or abi.encode(terms). */
export interface ProtocolMessage {
  kind: MessageKind;
  /** NONE for LOCKED and RELEASED. */
  verdict: Verdict;
  settlementId: Hex;
  /** Null for a message that only says what is so, and leaves going on to others. */
  terms: Terms | null;
}

const HEADER_BYTES = 34;
/** The longest message that sound terms can make. */
export const MAX_MESSAGE_BYTES = HEADER_BYTES + MAX_ENCODED_BYTES;

/** Name of a message kind; undefined for a number that this version does not know. */
export function messageKindName(kind: number): MessageKindName | undefined {
  return (Object.keys(MessageKind) as MessageKindName[]).find((name) => MessageKind[name] === kind);
}

/** The bytes a messenger sends. */
export function encodeMessage({ kind, verdict, settlementId, terms }: ProtocolMessage): Hex {
  if ((kind === MessageKind.VERDICT) !== (verdict !== Verdict.NONE)) {
    throw new ProtocolError("message_encoding", "a verdict says something, a report says nothing but that it is one");
  }
  const header = `0x${byte(kind)}${byte(verdict)}${settlementId.slice(2).toLowerCase()}` as const;
  if (header.length !== 2 + 2 * HEADER_BYTES) {
    throw new ProtocolError("message_encoding", "must be 32 bytes", { field: "settlementId" });
  }
  return terms === null ? header : `${header}${encodeTerms(terms).slice(2)}`;
}

/**
 * The inverse of `encodeMessage`.
 *
 * @throws ProtocolError `message_encoding` for anything that no messenger of a deployment can have built.
 */
export function decodeMessage(payload: Hex): ProtocolMessage {
  const bytes = payload.slice(2);
  if (!/^0x([0-9a-fA-F]{2})*$/.test(payload) || bytes.length < 2 * HEADER_BYTES) {
    throw new ProtocolError("message_encoding", "shorter than its header");
  }
  const kind = known(MessageKind, bytes.slice(0, 2), "kind");
  const verdict = known(Verdict, bytes.slice(2, 4), "verdict");
  if ((kind === MessageKind.VERDICT) !== (verdict !== Verdict.NONE)) {
    throw new ProtocolError("message_encoding", "kind and verdict do not go together");
  }
  const settlementId: Hex = `0x${bytes.slice(4, 2 * HEADER_BYTES).toLowerCase()}`;
  const rest = bytes.slice(2 * HEADER_BYTES);
  return { kind, verdict, settlementId, terms: rest === "" ? null : decodeTerms(`0x${rest}`) };
}

function known<value extends number>(values: Record<string, value>, hex: string, field: string): value {
  const found = Object.values(values).find((value) => value === Number.parseInt(hex, 16));
  if (found === undefined) throw new ProtocolError("message_encoding", `unknown value 0x${hex}`, { field });
  return found;
}

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
