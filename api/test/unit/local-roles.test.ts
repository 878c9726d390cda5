import { expect } from "chai";
import { ROLES as LOCAL } from "../../../devnet/src/issuer/roles.ts";
import { ALL_RIGHTS, RIGHTS, ROLES } from "../../src/auth/rights.ts";

describe("the roles of the local issuer", () => {
  it("are those that the API knows, with the rights that it has for them", () => {
    expect(LOCAL.map(({ name }) => name)).to.deep.equal(ROLES);
    for (const { name, permissions } of LOCAL) {
      const rights = ALL_RIGHTS.filter((right) => (RIGHTS[right].roles as readonly string[]).includes(name));
      expect([...permissions].sort(), name).to.deep.equal([...rights].sort());
    }
  });
});
