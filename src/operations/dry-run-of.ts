import type { Connection } from "../cluster/port.ts";
import { hasServerDryRun } from "../cluster/server-dry-run.ts";
import { sendWrite } from "../cluster/write.ts";
import { isAnswer } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import type { ServerVerdict } from "../model/server-verdict.ts";
import type { Write } from "../model/write.ts";

/**
 * What the server says to a write as a dry run (hazards H07, H27, H30). `verdictOf`: what its refusal means. Throws what
 * is no answer.
 */
export async function dryRunOf(
  connection: Connection,
  serverVersion: string,
  write: Write,
  verdictOf: (error: unknown) => ServerVerdict,
  /** Takes the object as the write would have made it. */
  onPass?: (object: KubeObject | undefined) => void,
): Promise<ServerVerdict> {
  try {
    if (!(await hasServerDryRun(connection, serverVersion, write)))
      return { kind: "unknown", why: `this server (${serverVersion}) has no server-side dry run` };
    const { object } = await sendWrite(connection, write, { dryRun: true, serverVersion });
    onPass?.(object);
    return { kind: "passes" };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return verdictOf(error);
  }
}
