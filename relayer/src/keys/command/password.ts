import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { KeyError } from "../../errors.ts";

/** What a password is asked for at. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  /** Where questions go, which is not where results go. */
  prompts: NodeJS.WritableStream;
}

const LEAST = 12;

/** Asks twice for a password that is not shown. Throws KeyError where nobody can be asked, or when the answers differ. */
export async function askNewPassword({ input, prompts }: Terminal): Promise<string> {
  if (input.isTTY !== true) throw new KeyError("there is no terminal to ask for a password at: give --password-file");
  // The terminal's own echo is off while lines are read; what readline would show in its place goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  const ended = new Promise<never>((_, reject) => {
    lines.once("close", () => reject(new KeyError("no password was given")));
  });
  const ask = async (question: string) => {
    const typed = lines.question("");
    prompts.write(question);
    const answer = await Promise.race([typed, ended]);
    prompts.write("\n");
    return answer;
  };
  try {
    const password = await ask("Password: ");
    if (password.length < LEAST) throw new KeyError(`the password must have ${LEAST} characters or more`);
    if ((await ask("Again: ")) !== password) throw new KeyError("the passwords differ");
    return password;
  } finally {
    ended.catch(() => undefined);
    lines.close();
  }
}
