import { expect } from "chai";
import fc from "fast-check";
import { ListError } from "../../../src/errors.ts";
import { parseEuXml } from "../../../src/screening/lists/eu-xml.ts";
import { parseUnXml } from "../../../src/screening/lists/un-xml.ts";
import { euXml, unXml } from "../../support/lists.ts";

const eu = (text: string | Uint8Array) => parseEuXml("EU.XML", Buffer.from(text));
const un = (text: string | Uint8Array) => parseUnXml("UN.XML", Buffer.from(text));

async function failure(parsed: Promise<unknown>): Promise<string> {
  const error = await parsed.catch((reason: unknown) => reason);
  expect(error).to.be.instanceOf(ListError);
  return (error as Error).message;
}

const WALLET = "0xABCDEF0123456789abcdef0123456789ABCDEF01";
/** What XML can carry, and what a name keeps of it. */
const name = fc
  .string({ unit: fc.constantFrom(..."aZé Щأ王&<>\"'-.0") })
  .map((text) => `n${text}`)
  .map((text) => text.trim().replace(/\s+/g, " "));

describe("the EU's list", function () {
  this.timeout(30_000);
  it("is read with every spelling, with parts where it has no whole name, and with wallets wherever they stand", async () => {
    const text = `<?xml version="1.0"?><fsd:export xmlns:fsd="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-11-20T09:30:00.123+01:00">
      <fsd:sanctionEntity logicalId="1"><fsd:nameAlias wholeName="Иван  Петров"/><fsd:nameAlias wholeName="" firstName="Ivan" middleName="" lastName="Petrov &amp; Sons"/>
        <fsd:remark>Digital currency: ETH ${WALLET}; not 0x12, nor ${WALLET}00</fsd:remark></fsd:sanctionEntity>
      <fsd:sanctionEntity logicalId="2"><fsd:nameAlias wholeName="ACME"/><fsd:identification number="0x1111111111111111111111111111111111111111"/></fsd:sanctionEntity>
    </fsd:export>`;
    expect(await eu(text)).to.deep.equal({
      entries: [
        { names: ["Иван Петров", "Ivan Petrov & Sons"], wallets: [WALLET.toLowerCase()] },
        { names: ["ACME"], wallets: ["0x1111111111111111111111111111111111111111"] },
      ],
      publishedAt: new Date("2026-11-20T08:30:00.123Z"),
    });
  });

  it("gives back every name that was written into it", async () => {
    const entries = fc.array(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(entries, async (names) => {
        expect((await eu(euXml(names))).entries.map((entry) => entry.names)).to.deep.equal(names);
      }),
    );
  });
});

describe("the UN's list", function () {
  this.timeout(30_000);
  it("is read with the parts of names in order, aliases, original scripts and wallets; without a zone it is UTC", async () => {
    const text = `<CONSOLIDATED_LIST dateGenerated="2026-05-01T00:00:00"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>
      <SECOND_NAME>BADEGE</SECOND_NAME><FIRST_NAME>ERIC</FIRST_NAME><FOURTH_NAME>X</FOURTH_NAME><NAME_ORIGINAL_SCRIPT>إريك</NAME_ORIGINAL_SCRIPT>
      <NATIONALITY><VALUE>Chad</VALUE></NATIONALITY><INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Ben &amp; Co; Benno</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>
      <ENTITIES><ENTITY><FIRST_NAME><![CDATA[ADF]]></FIRST_NAME><COMMENTS1>pays from ${WALLET}.</COMMENTS1>
      <ENTITY_ALIAS><ALIAS_NAME>Allied Democratic Forces</ALIAS_NAME></ENTITY_ALIAS></ENTITY></ENTITIES></CONSOLIDATED_LIST>`;
    expect(await un(text)).to.deep.equal({
      entries: [
        { names: ["إريك", "Ben & Co", "Benno", "ERIC BADEGE X"], wallets: [] },
        { names: ["Allied Democratic Forces", "ADF"], wallets: [WALLET.toLowerCase()] },
      ],
      publishedAt: new Date("2026-05-01T00:00:00.000Z"),
    });
  });

  it("gives back every name that was written into it", async () => {
    const entry = fc.record({
      parts: fc.array(name, { minLength: 1, maxLength: 4 }),
      aliases: fc.array(name, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 20 }), async (entries) => {
        const read = (await un(unXml(entries))).entries.map(({ names }) => names);
        for (const [index, { parts, aliases }] of entries.entries()) {
          expect(read[index]).to.have.members([...new Set([...aliases, parts.join(" ")])]);
        }
      }),
    );
  });
});

describe("a list in XML", function () {
  this.timeout(30_000);
  const whole = euXml([["ALPHA"], ["BETA"]]);

  it("is refused unless it is whole, wherever it breaks off", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.trimEnd().length - 1 }), async (length) => {
        expect(await failure(eu(whole.slice(0, length)))).to.match(/^EU\.XML/);
      }),
    );
  });

  it("brings no entities of its own, and nothing from elsewhere", async () => {
    const bomb = `<!DOCTYPE export [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`;
    const outside = `<!DOCTYPE export SYSTEM "http://127.0.0.1:1/x.dtd">`;
    for (const type of [bomb, outside, "<!DOCTYPE export>"]) {
      const text = whole.replace("<export", `${type}<export`).replace("ALPHA", "&b;");
      expect(await failure(eu(text))).to.match(
        /^EU\.XML, line 2: has a document type, which the list is published without$/,
      );
    }
    expect(await failure(eu(whole.replace("ALPHA", "&b;")))).to.match(/^EU\.XML, line \d+: Invalid character entity/);
  });

  it("is refused with the line when it is another one, too deep, no UTF-8, or not XML", async () => {
    expect(await failure(un(whole))).to.equal("UN.XML, line 2: begins with export instead of CONSOLIDATED_LIST");
    expect(await failure(eu(`<export>${"<a>".repeat(100)}`))).to.equal("EU.XML, line 1: is nested too deeply");
    expect(await failure(eu(`<export><a>${"x".repeat(1_100_000)}</a></export>`))).to.match(
      /has more text in a than any list$/,
    );
    expect(await failure(eu(`<export a="${"x".repeat(1_000_000)}"/>`))).to.match(
      /^EU\.XML, line 1: Max buffer length exceeded/,
    );
    expect(await failure(eu(Buffer.from("<export a='\xff'/>", "latin1")))).to.equal("EU.XML, line 1: is not UTF-8");
    expect(await failure(eu("<!doctype html><html><br></html>"))).to.match(/document type/);
    expect(await failure(eu("<export/><export/>"))).to.equal("EU.XML, line 1: goes on after the end of export");
    expect(await failure(eu("<export/>more"))).to.match(/^EU\.XML, line 1: Text data outside of root/);
    expect(await failure(eu(""))).to.equal("EU.XML, line 1: ends before export does");
  });

  it("is refused when it does not say its date, has no entries, or many without a name", async () => {
    const entity = '<sanctionEntity><nameAlias wholeName="A"/></sanctionEntity>';
    expect(await failure(eu(`<export>${entity}</export>`))).to.equal("EU.XML: does not say when it was published");
    expect(await failure(eu(`<export generationDate="soon">${entity}</export>`))).to.equal(
      "EU.XML: does not say when it was published",
    );
    expect(await failure(eu('<export generationDate="2026-01-01"/>'))).to.equal("EU.XML: has no entries");
    const nameless = (count: number) =>
      eu(`<export generationDate="2026-01-01">${entity.repeat(199)}${"<sanctionEntity/>".repeat(count)}</export>`);
    expect((await nameless(1)).entries).to.have.length(199);
    expect(await failure(nameless(3))).to.equal("EU.XML: has 3 entries without a name");
  });
});
