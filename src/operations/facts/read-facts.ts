import { userError } from "../../errors.ts";
import { readingNames, type ClusterFacts } from "../../model/cluster-facts.ts";
import { parseFacts } from "../../model/facts-file.ts";

/** The facts of a file that --save-facts wrote; throws UserError for any other file. */
export async function readFacts(
  path: string,
  readFile: (path: string) => Promise<string>,
): Promise<ClusterFacts> {
  const text = await readText(path, readFile);
  const parsed = parseFacts(text, readingNames);
  if (!parsed.ok) throw userError(`--facts: ${path === "-" ? "standard input" : path} ${parsed.why}`);
  return parsed.facts;
}

async function readText(path: string, readFile: (path: string) => Promise<string>): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as { readonly code?: string }).code;
    if (code === "ENOENT") throw userError(`--facts: the path "${path}" does not exist`);
    throw userError(
      `--facts: "${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
