import { connectionError, userError } from "../../errors.ts";
import { withoutUser } from "../../model/server-address.ts";

/** A bare host or host:port is http, as client-go has it (rest.DefaultServerURL). */
export function serverUrl(server: string): URL {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]/i.exec(server)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    throw connectionError(`Unable to connect to the server: unsupported protocol scheme "${scheme}"`);
  }
  const written = scheme === undefined ? `http://${server}` : server;
  if (!URL.canParse(written) || (scheme === undefined && new URL(written).pathname !== "/")) {
    throw userError(`host must be a URL or a host:port pair: "${withoutUser(server)}"`);
  }
  return new URL(written);
}
