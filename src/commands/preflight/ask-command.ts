import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { wouldBegin, type Beginning, type BeginRequest } from "../../operations/preflight/begins.ts";
import { manifestHash } from "../manifest-hash.ts";
import { openSession } from "../session.ts";

/** Asks a command whether it would begin, as if it stood on the command line in the place of `preflight`. */
export async function askCommand(
  connection: Connection,
  context: AppContext,
  request: BeginRequest & { readonly connection: ConnectionValues },
): Promise<Beginning> {
  const { command, nodes, file, daemonSet } = request;
  // What continues or replaces a run is that command, and so is what tells whose run it is (hazard H33).
  const line = { ...context.line, verb: command, positionals: nodes };
  const { session, close } = openSession(
    connection,
    context,
    {
      line,
      connection: request.connection,
      dryRun: "none",
      yes: true,
      ...(daemonSet === undefined ? {} : { daemonSet: `${daemonSet.namespace}/${daemonSet.name}` }),
      ...(file === undefined ? {} : { manifest: manifestHash(file.objects) }),
    },
    () => {},
  );
  try {
    return await wouldBegin(session, request);
  } finally {
    close();
  }
}
