import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";

/** Who works, for people to read: user@host, and a number that tells two processes apart. */
export function holderName(): string {
  return `${user()}@${hostname()}/${randomBytes(3).toString("hex")}`;
}

function user(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a UID without a name.
    return "unknown";
  }
}
