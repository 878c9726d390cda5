import { expect } from "chai";
import { ListError } from "../../../src/errors.ts";
import { parseOfacCsv } from "../../../src/screening/lists/ofac-csv.ts";

const NULLS = Array.from({ length: 8 }, () => "-0- ").join(",");
const line = (entNum: number | string, name: string, remarks = "-0- ") =>
  `${entNum},"${name}",-0- ,${NULLS},${remarks}`;

function failure(files: Parameters<typeof parseOfacCsv>[0]): string {
  try {
    parseOfacCsv(files);
  } catch (error) {
    expect(error).to.be.instanceOf(ListError);
    return (error as Error).message;
  }
  throw new Error("the list was taken");
}

describe("OFAC's CSV", () => {
  it("is read with its aliases, its wallets of any currency on EVM chains, and its end-of-file character", () => {
    const remarks =
      '"DOB 1 Jan 1970; Digital Currency Address - XBT 1BoatSLRHtKNngkdXEeobR76b53LETtpyT; alt. Digital Currency Address - ETH 0xABCDEF0123456789abcdef0123456789ABCDEF01; Digital Currency Address - USDT 0x1111111111111111111111111111111111111111."';
    const files = {
      sdn: `\uFEFF${line(36, "DOE, John", remarks)}\r\n${line(173, "ACME, INC.")}\r\n\u001A`,
      alt: '36,12,"aka","DOE, Johnny",-0- \r\n\u001A',
      add: '173,25,-0- ,"Havana","Cuba",-0- \r\n',
      comments: '173,"Digital Currency Address - ETH 0x2222222222222222222222222222222222222222;"\r\n',
    };
    expect(parseOfacCsv(files)).to.deep.equal([
      {
        names: ["DOE, John", "DOE, Johnny"],
        wallets: ["0xabcdef0123456789abcdef0123456789abcdef01", "0x1111111111111111111111111111111111111111"],
      },
      { names: ["ACME, INC."], wallets: ["0x2222222222222222222222222222222222222222"] },
    ]);
  });

  it("is read whole where remarks overflow in the middle of an address", () => {
    const sdn = line(36, "DOE, John", '"DOB 1 Jan 1970; Digital Currency Address - ETH 0x2222222222"');
    const comments = `36,"${"2".repeat(30)}; alt. Digital Currency Address - ETH 0x${"3".repeat(40)}."\r\n`;
    const [entry] = parseOfacCsv({ sdn, comments });
    expect(entry?.wallets).to.deep.equal([`0x${"2".repeat(40)}`, `0x${"3".repeat(40)}`]);
  });

  it("is refused where it is malformed, by file and line", () => {
    const good = line(36, "DOE, John");
    expect(failure({ sdn: `${good}\r\n37,"TOO","FEW"\r\n` })).to.equal("SDN.CSV, line 2: has 3 columns instead of 12");
    expect(failure({ sdn: `${good}\r\n${line("x1", "A")}` })).to.equal("SDN.CSV, line 2: ent_num x1 is no number");
    expect(failure({ sdn: `${good}\r\n${line(37, "")}` })).to.equal("SDN.CSV, line 2: the name is missing");
    expect(failure({ sdn: `${good}\r\n${good}` })).to.equal("SDN.CSV, line 2: ent_num 36 is repeated");
    expect(failure({ sdn: `${good}\r\n38,"OPEN` })).to.match(/^SDN.CSV, line \d: .*Quote/i);
    expect(failure({ sdn: "" })).to.equal("SDN.CSV: has no entries");
    expect(failure({ sdn: line(36, "A", '"Digital Currency Address - ETH 0x1234"') })).to.equal(
      "SDN.CSV, line 1: 0x1234 is no address",
    );
    expect(failure({ sdn: good, alt: '99,1,"aka","GHOST",-0- ' })).to.equal(
      "ALT.CSV, line 1: ent_num 99 is not in SDN.CSV",
    );
    expect(failure({ sdn: good, alt: '36,1,"aka",-0- ,-0- ' })).to.equal("ALT.CSV, line 1: the name is missing");
    expect(failure({ sdn: good, add: "36,1,-0- " })).to.equal("ADD.CSV, line 1: has 3 columns instead of 6");
  });
});
