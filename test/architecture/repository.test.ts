import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { files, root, trackedFiles } from "./support/repository.ts";
import {
  differingVersions,
  GENERATED,
  inexactVersions,
  isBinary,
  type Manifest,
  machinePaths,
} from "./support/rules.ts";

const LIMIT = 25 * 1024;

describe("the repository", () => {
  const tracked = trackedFiles();
  const text = tracked.filter((file) => !isBinary(file));

  it("is seen as a whole", () => {
    expect(tracked).to.include.members(["package.json", ".ci/run", "tsconfig.json", "contracts/types/Terms.sol"]);
  });

  it("names no path of anybody's machine", () => {
    const found = text.flatMap((file) =>
      machinePaths(readFileSync(join(root, file), "utf8")).map((path) => `${file}: ${path}`),
    );
    expect(found).to.deep.equal([]);
  });

  it("has no hand-written file above 25 kB", () => {
    const large = text
      .filter((file) => !GENERATED.some((pattern) => pattern.test(file)))
      .filter((file) => statSync(join(root, file)).size > LIMIT);
    expect(large).to.deep.equal([]);
  });

  it("pins every dependency to one exact version", () => {
    const manifests = files(["package.json", "{packages/*,*}/package.json"]).map(
      (file): Manifest => ({ file, ...JSON.parse(readFileSync(join(root, file), "utf8")) }),
    );
    expect(manifests).to.have.length.greaterThan(6);
    expect(manifests.flatMap(inexactVersions)).to.deep.equal([]);
    expect(differingVersions(manifests)).to.deep.equal([]);
  });
});

describe("the repository rules, on planted faults", () => {
  it("find machine paths, and leave URLs and relative paths alone", () => {
    const join_ = (...parts: string[]) => parts.join("/");
    expect(machinePaths(`x = "${join_("", "home", "anna", "x")}"`)).to.have.length(1);
    expect(machinePaths(join_("", "Users", "anna"))).to.have.length(1);
    expect(machinePaths(`at (${join_("", "root", "project")})`)).to.have.length(1);
    expect(machinePaths(`file://${join_("", "tmp", "x")}`)).to.have.length(1);
    expect(machinePaths("https://example.org/home/index.html and ./tmp/x and /var/tmp/keystone")).to.deep.equal([]);
  });

  it("find ranges, tags and moving targets", () => {
    const manifest = (version: string): Manifest => ({ file: "package.json", dependencies: { a: version } });
    for (const version of ["^1.0.0", "~1.0.0", "1", "1.0", "latest", "*", "npm:b@^1.0.0", "github:a/b", ">=1.0.0"]) {
      expect(inexactVersions(manifest(version)), version).to.have.length(1);
    }
    for (const version of ["1.0.0", "1.0.0-beta.17", "npm:node@24.21.0", "workspace:*"]) {
      expect(inexactVersions(manifest(version)), version).to.deep.equal([]);
    }
  });

  it("find two versions of one package", () => {
    const manifests = ["1.0.0", "1.0.1"].map((a, index) => ({ file: `${index}`, dependencies: { a } }));
    expect(differingVersions(manifests)).to.deep.equal(["a: 1.0.0, 1.0.1"]);
  });
});
