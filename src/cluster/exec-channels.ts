import { isRecord } from "../model/record.ts";
import type { ExecAnswer } from "./port.ts";

/**
 * What comes over an exec connection: messages whose first byte is the channel that they belong to
 * (k8s.io/apimachinery/pkg/util/remotecommand: 1 is standard output, 2 standard error, 3 the Status at the end).
 * Its bytes are counted before they are kept.
 */
export interface Channels {
  /** Takes in one message; the answer, once there is one. */
  take(message: Uint8Array): ExecAnswer | undefined;
}

const output = 1;
const errors = 2;
const outcome = 3;

/** So much of a reason is kept. */
const mostReason = 400;

/** `limit`: of all channels together, in bytes. */
export function execChannels(limit: number): Channels {
  const decoder = new TextDecoder();
  const kept = new Map<number, Uint8Array[]>();
  let size = 0;
  const text = (channel: number): string => {
    const parts = kept.get(channel) ?? [];
    return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
  };
  return {
    take(message) {
      const [channel] = message;
      if (channel === undefined || message.length === 1) return undefined;
      size += message.length;
      if (size > limit) return execFailure(`the answer is longer than ${limit} bytes`);
      const parts = kept.get(channel) ?? [];
      parts.push(message.subarray(1));
      kept.set(channel, parts);
      if (channel !== outcome) return undefined;
      const ended = exitOf(text(outcome));
      return typeof ended === "number"
        ? { kind: "exited", code: ended, stdout: text(output), stderr: text(errors) }
        : ended;
    },
  };
}

export function execFailure(why: string, status?: number): ExecAnswer {
  const line = why.replaceAll(/\s+/g, " ").trim().slice(0, mostReason);
  return { kind: "failed", why: line, ...(status === undefined ? {} : { status }) };
}

/** The exit code in a Status, or why there is none. */
function exitOf(text: string): number | ExecAnswer {
  let status: unknown;
  try {
    status = JSON.parse(text);
  } catch {
    return execFailure("the end of the command is not a Status");
  }
  if (!isRecord(status)) return execFailure("the end of the command is not a Status");
  if (status["status"] === "Success") return 0;
  const { details, message, reason } = status;
  const causes =
    isRecord(details) && Array.isArray(details["causes"]) ? (details["causes"] as unknown[]) : [];
  const cause = causes.find((each) => isRecord(each) && each["reason"] === "ExitCode");
  const code = isRecord(cause) ? Number(cause["message"]) : Number.NaN;
  if (reason === "NonZeroExitCode" && Number.isInteger(code) && code > 0) return code;
  return execFailure(typeof message === "string" && message !== "" ? message : "the command was not run");
}
