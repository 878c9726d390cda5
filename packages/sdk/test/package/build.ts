import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "tsdown";
import config from "../../tsdown.config.ts";

const folder = fileURLToPath(new URL("../../", import.meta.url));

/** The package as it is published, in the `node_modules` of a project that has nothing else. */
export interface Published {
  project: string;
  package: string;
  tarball: Uint8Array;
  remove(): void;
}

/** Builds and packs, as publishing would. */
export async function publish(): Promise<Published> {
  const project = mkdtempSync(join(tmpdir(), "keystone-sdk-"));
  const target = join(project, "node_modules/@keystoneos/sdk");
  mkdirSync(target, { recursive: true });
  await quietly({ outDir: join(target, "dist") });
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { publishConfig, devDependencies: _, scripts: __, ...rest } = manifest;
  const { access: ___, ...replaced } = publishConfig;
  writeFileSync(join(target, "package.json"), JSON.stringify({ ...rest, ...replaced }, null, 2));
  cpSync(join(folder, "README.md"), join(target, "README.md"));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ type: "module", dependencies: { "@keystoneos/sdk": "*" } }),
  );
  execFileSync("npm", ["pack", target, "--pack-destination", project, "--silent"], { cwd: project });
  const tarball = readFileSync(join(project, `keystoneos-sdk-${manifest.version}.tgz`));
  return { project, package: target, tarball, remove: () => rmSync(project, { recursive: true }) };
}

/** What a program weighs that imports the whole package, made small as bundlers do. */
export async function bundled(entry: string): Promise<Uint8Array> {
  const out = mkdtempSync(join(tmpdir(), "keystone-sdk-bundle-"));
  try {
    await quietly({ entry: { bundle: join(folder, entry) }, outDir: out, format: "esm", minify: true, dts: false });
    return readFileSync(join(out, "bundle.mjs"));
  } finally {
    rmSync(out, { recursive: true });
  }
}

async function quietly(changes: InlineConfig): Promise<void> {
  await build({ ...(config as InlineConfig), ...changes, cwd: folder, config: false, logLevel: "warn" });
}
