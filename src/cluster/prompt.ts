import type { Readable, Writable } from "node:stream";
import { userError } from "../errors.ts";

/** The terminal as far as questions need it. */
export interface AskedTerminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  readonly stdout: Writable;
}

/** Who has no credentials at all is asked for a name and a password, as clientcmd asks. */
export async function promptForLogin({ stdin, stdout }: AskedTerminal): Promise<{
  readonly username: string;
  readonly password: string;
}> {
  stdout.write("Please enter Username: ");
  const username = (await line(stdin)).trim().split(/\s+/)[0] ?? "";
  if (username === "") throw userError("EOF");
  stdout.write("Please enter Password: ");
  if (stdin.isTTY !== true) throw userError("error reading input for Password");
  // Not echoed.
  stdin.setRawMode?.(true);
  try {
    return { username, password: await line(stdin) };
  } finally {
    stdin.setRawMode?.(false);
  }
}

/** Up to the end of the line; blank lines before it do not count. What follows is left unread. */
function line(stdin: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const finish = (act: () => void): void => {
      stdin.off("data", take).off("end", end).off("error", reject).pause();
      act();
    };
    const take = (chunk: Buffer | string): void => {
      for (const character of chunk.toString("utf8")) {
        if (character === "\u0003") {
          finish(() => reject(userError("interrupted")));
          return;
        }
        if (character === "\u007F" || character === "\b") text = text.slice(0, -1);
        else if (character !== "\n" && character !== "\r") text += character;
        else if (text.trim() !== "") {
          finish(() => resolve(text));
          return;
        }
      }
    };
    const end = (): void => finish(() => resolve(text));
    stdin.on("data", take).on("end", end).on("error", reject).resume();
  });
}
