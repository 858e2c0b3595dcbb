import { userError } from "../../errors.ts";
import { readText } from "../files.ts";
import { fileProblem } from "./load-kubeconfig.ts";

/** A bearer token in a file that somebody renews. client-node never reads the `tokenFile` of a kubeconfig. */
export interface TokenFile {
  token(): Promise<string>;
  /** The next request reads the file again. */
  forget(): void;
}

/** client-go takes the content as good for a minute, and reads it again 10 s before that is over. */
const goodForMillis = 50_000;

/** `given` is the token beside the file, used as long as the file cannot be read. */
export async function openTokenFile(path: string, given: string | undefined): Promise<TokenFile> {
  // Without another token the file must be there from the beginning.
  const first = given ?? (await readText(path).catch(failed(path)));
  let cached: { readonly token: string; readonly until: number } | undefined;
  return {
    async token() {
      if (cached !== undefined && performance.now() < cached.until) return cached.token;
      const token = (await readText(path).catch(() => "")).trim();
      if (token === "") return cached?.token ?? first;
      cached = { token, until: performance.now() + goodForMillis };
      return token;
    },
    forget() {
      if (cached !== undefined) cached = { ...cached, until: 0 };
    },
  };
}

function failed(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw userError(fileProblem(path, error));
  };
}
