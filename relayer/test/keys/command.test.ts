import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { KeyError } from "../../src/errors.ts";
import { askNewPassword } from "../../src/keys/command/password.ts";
import { rejection } from "../support/keys.ts";

const SCRIPT = new URL("../../src/keys/command/main.ts", import.meta.url).pathname;

function run(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe("npm run keys", function () {
  this.timeout(120_000);
  let directory: string;
  let out: string;
  let passwordFile: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-keys-"));
    [out, passwordFile] = [join(directory, "key.json"), join(directory, "password")];
    await writeFile(passwordFile, "correct horse\n", { mode: 0o600 });
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("creates a key that only its owner can read, prints its address alone, and writes over nothing", async () => {
    const made = await run(["new", "--out", out, "--password-file", passwordFile]);
    expect(made).to.deep.include({ code: 0, stderr: "" });
    expect((await stat(out)).mode & 0o777).to.equal(0o600);
    const text = await readFile(out, "utf8");
    expect(made.stdout).to.match(/^0x[0-9a-fA-F]{40}\n$/);

    const again = await run(["new", "--out", out, "--password-file", passwordFile]);
    expect(again).to.deep.equal({ code: 1, stdout: "", stderr: "the new file: exists already\n" });
    expect(await readFile(out, "utf8")).to.equal(text);

    const told = await run(["address", `keystore:${out}?password-file=${passwordFile}`]);
    expect(told).to.deep.equal({ code: 0, stdout: made.stdout, stderr: "" });
  });

  it("says what is wrong, and shows no key", async () => {
    const key = generatePrivateKey();
    const cases: [string[], RegExp][] = [
      [[], /^npm run keys -- new --out FILE/],
      [["new"], /^npm run keys -- new --out FILE/],
      [["new", "--out", out, "--password", "correct horse"], /^npm run keys -- new --out FILE/],
      [["new", "--out", out], /^there is no terminal to ask for a password at: give --password-file$/m],
      [
        ["new", "--out", join(directory, "no", "key"), "--password-file", passwordFile],
        /^the new file: cannot be written/,
      ],
      [["address"], /^npm run keys -- new --out FILE/],
      [["address", key], /^must be env:VARIABLE/],
      [["address", "env:NONE"], /^names a variable that is missing/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run(args, { GAS: key });
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
      expect(stderr)
        .to.match(message)
        .and.not.match(new RegExp(`correct horse|${key.slice(2)}`));
    }
    expect(await run(["address", "env:GAS"], { GAS: key })).to.deep.include({
      stdout: `${privateKeyToAddress(key)}\n`,
    });
  });

  describe("asks for the password of a new key", () => {
    /** Answers each question when it is asked; everything that is shown is kept. */
    function terminal(answers: (string | null)[]) {
      const input = Object.assign(new PassThrough(), { isTTY: true });
      const prompts = new PassThrough();
      const shown: string[] = [];
      prompts.on("data", (chunk: Buffer) => {
        shown.push(chunk.toString());
        if (!chunk.toString().endsWith(": ")) return;
        const answer = answers.shift();
        if (answer === null || answer === undefined) input.end();
        else input.write(`${answer}\r`);
      });
      return { input, prompts, shown };
    }
    const asked = async (answers: (string | null)[]) => {
      const { shown, ...rest } = terminal(answers);
      const password = await askNewPassword(rest);
      return { password, shown: shown.join("") };
    };

    it("twice, and never shows it", async () => {
      expect(await asked(["correct horse", "correct horse"])).to.deep.equal({
        password: "correct horse",
        shown: "Password: \nAgain: \n",
      });
    });

    it("and takes no short one, no slip and no silence", async () => {
      const cases: [(string | null)[], string][] = [
        [["short"], "the password must have 12 characters or more"],
        [["correct horse", "correct house"], "the passwords differ"],
        [[null], "no password was given"],
        [["correct horse", null], "no password was given"],
      ];
      for (const [answers, message] of cases) {
        const error = await rejection(asked(answers));
        expect(error).to.be.instanceOf(KeyError);
        expect(error.message).to.equal(message);
      }
    });
  });
});
