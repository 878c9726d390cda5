import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import {
  decodeMessage,
  encodeMessage,
  encodeTerms,
  MessageKind,
  messageKindName,
  ProtocolError,
  type ProtocolMessage,
  Verdict,
} from "../src/index.ts";
import { anyTerms, bytes32 } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";
import { terms } from "./support/sample.ts";

const id: Hex = `0x${"ab".repeat(32)}`;
const message: fc.Arbitrary<ProtocolMessage> = fc
  .record({
    said: fc.constantFrom<Pick<ProtocolMessage, "kind" | "verdict">>(
      { kind: MessageKind.LOCKED, verdict: Verdict.NONE },
      { kind: MessageKind.RELEASED, verdict: Verdict.NONE },
      { kind: MessageKind.VERDICT, verdict: Verdict.EXECUTE },
      { kind: MessageKind.VERDICT, verdict: Verdict.ROLLBACK },
    ),
    settlementId: bytes32,
    terms: fc.option(anyTerms),
  })
  .map(({ said, ...rest }) => ({ ...said, ...rest }));

describe("encodeMessage and decodeMessage", function () {
  this.timeout(PATIENCE);

  it("give back any message", () => {
    fc.assert(
      fc.property(message, (any) => {
        expect(decodeMessage(encodeMessage(any))).to.deep.equal(any);
      }),
    );
  });

  it("are kind, verdict, id, and the terms behind them", () => {
    const header = `0x0102${"ab".repeat(32)}`;
    const said = { kind: MessageKind.VERDICT, verdict: Verdict.ROLLBACK, settlementId: id };
    expect(encodeMessage({ ...said, terms: null })).to.equal(header);
    expect(encodeMessage({ ...said, terms })).to.equal(header + encodeTerms(terms).slice(2));
  });

  it("refuse what no messenger builds", () => {
    const bad: Hex[] = [
      "0x",
      `0x0102${"ab".repeat(31)}`,
      `0x0302${"ab".repeat(32)}`,
      `0x0103${"ab".repeat(32)}`,
      `0x0100${"ab".repeat(32)}`,
      `0x0001${"ab".repeat(32)}`,
    ];
    for (const payload of bad) {
      expect(() => decodeMessage(payload))
        .to.throw(ProtocolError)
        .with.property("code", "message_encoding");
    }
    expect(() => decodeMessage(`0x0102${"ab".repeat(32)}00`))
      .to.throw(ProtocolError)
      .with.property("code", "terms_encoding");
    const report = { kind: MessageKind.LOCKED, verdict: Verdict.EXECUTE, settlementId: id, terms: null };
    expect(() => encodeMessage(report))
      .to.throw(ProtocolError)
      .with.property("code", "message_encoding");
    expect(() => encodeMessage({ ...report, verdict: Verdict.NONE, settlementId: "0xab" })).to.throw(ProtocolError);
  });
});

describe("messageKindName", function () {
  this.timeout(PATIENCE);

  it("names what is there", () => {
    expect([0, 1, 2, 3].map(messageKindName)).to.deep.equal(["LOCKED", "VERDICT", "RELEASED", undefined]);
  });
});
