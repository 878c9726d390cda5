import { expect } from "chai";
import { askNameServers } from "../../src/delivery/resolve.ts";
import { startNameServer } from "../support/name-server.ts";

describe("askNameServers", () => {
  const six = Buffer.from("26064700000000000000000000001111", "hex");

  it("knows the addresses of both kinds", async () => {
    const { server } = await startNameServer({ "hooks.example.com": { v4: "8.8.8.8", v6: six } });
    expect(await askNameServers([server])("hooks.example.com")).to.deep.equal([
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1111", family: 6 },
    ]);
  });

  it("takes what there is when a host has addresses of one kind only", async () => {
    const { server } = await startNameServer({ "four.example.com": { v4: "8.8.8.8" }, "six.example.com": { v6: six } });
    const resolve = askNameServers([server]);
    expect(await resolve("four.example.com")).to.deep.equal([{ address: "8.8.8.8", family: 4 }]);
    expect(await resolve("six.example.com")).to.deep.equal([{ address: "2606:4700::1111", family: 6 }]);
  });

  it("has no address for a name without any", async () => {
    const { server } = await startNameServer({ "none.example.com": {} });
    expect(await askNameServers([server])("none.example.com")).to.deep.equal([]);
  });

  it("asks for nothing but the name itself", async () => {
    const { server, asked } = await startNameServer({ intranet: {} });
    await askNameServers([server])("intranet");
    expect(new Set(asked)).to.deep.equal(new Set(["intranet"]));
  });

  it("answers for one host while any number of others wait for servers that never answer", async () => {
    const { server, silent } = await startNameServer({ "hooks.example.com": { v4: "8.8.8.8" } });
    const resolve = askNameServers([server]);
    let hanging = 64;
    const others = Array.from({ length: hanging }, (_, i) =>
      resolve(`${i}.silent.example.com`).finally(() => hanging--),
    );
    await silent;
    expect(await resolve("hooks.example.com")).to.have.length(1);
    expect(hanging).to.equal(64);
    expect(await others[0]).to.deep.equal([]);
  }).timeout(20_000);
});
