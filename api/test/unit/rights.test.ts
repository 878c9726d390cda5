import { expect } from "chai";
import { ALL_RIGHTS, mayHold, RIGHTS, ROLES, rightsOf } from "../../src/auth/rights.ts";

/** As agreed: right, machines, sessions, then the roles in their order. */
const AGREED = `
settlements:read              | x | x | x | x | x | x | x
settlements:write             | x | x | x |   | x |   |
instructions:read             | x | x | x | x | x | x | x
instructions:write            | x | x | x |   | x |   |
templates:read                | x | x | x | x | x | x | x
compliance:decide             |   |   | x | x |   |   |
instruments:write             | x |   | x |   |   | x |
platform:read                 | x |   | x | x | x | x | x
platform:write                |   |   | x |   |   |   |
platform:environments:manage  | x |   | x |   |   |   |
platform:members:manage       |   |   | x |   |   |   |
platform:webhooks:manage      | x |   | x |   |   | x |
keystone:admin                |   |   |   |   |   |   |
`;

const rows = AGREED.trim()
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));

describe("rights", () => {
  it("are held by whom the table says", () => {
    expect(ALL_RIGHTS).to.deep.equal(rows.map(([right]) => right));
    for (const [index, right] of ALL_RIGHTS.entries()) {
      const marks = (rows[index] as string[]).slice(1).map((mark) => mark === "x");
      const { m2m, session, roles } = RIGHTS[right];
      expect([m2m, session, ...ROLES.map((role) => (roles as readonly string[]).includes(role))], right).to.deep.equal(
        marks,
      );
    }
  });

  it("of another kind, and what is no right, give nothing", () => {
    expect([
      ...rightsOf("m2m", ["keystone:admin", "platform:write", "compliance:decide", "settlements", 1, null]),
    ]).to.deep.equal([]);
    expect([...rightsOf("user", ["keystone:admin", "compliance:decide"])]).to.deep.equal(["compliance:decide"]);
    expect([...rightsOf("session", ["platform:read", "instruments:write", "templates:read"])]).to.deep.equal([
      "templates:read",
    ]);
    expect([...rightsOf("admin", ["keystone:admin", "settlements:read"])]).to.deep.equal(["keystone:admin"]);
    expect(mayHold("user", "keystone:admin")).to.equal(false);
  });

  it("imply those on instructions for machines, and for nobody else", () => {
    const both = ["settlements:read", "settlements:write"];
    expect([...rightsOf("m2m", both)]).to.have.members([...both, "instructions:read", "instructions:write"]);
    for (const kind of ["user", "session"] as const) expect([...rightsOf(kind, both)]).to.deep.equal(both);
  });
});
