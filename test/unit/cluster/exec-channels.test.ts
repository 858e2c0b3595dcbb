import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { execChannels } from "../../../src/cluster/exec-channels.ts";
import type { ExecAnswer } from "../../../src/cluster/port.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const message = (channel: number, content: Uint8Array): Uint8Array => Uint8Array.from([channel, ...content]);
const success = message(3, bytes('{"metadata":{},"status":"Success"}'));

function ended(messages: readonly Uint8Array[], limit = 10_000): ExecAnswer | undefined {
  const channels = execChannels(limit);
  for (const each of messages) {
    const answer = channels.take(each);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

describe("what comes over an exec connection", () => {
  test("output arrives whole, however the server cuts it into messages", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(200)), (text, cuts) => {
        const whole = bytes(text);
        const at = [0, ...cuts.filter((cut) => cut < whole.length).toSorted((a, b) => a - b), whole.length];
        const parts = at.slice(1).map((end, index) => message(1, whole.subarray(at[index], end)));
        // Bytes that are no text, and a mark of their order at the beginning, are the decoder's.
        const stdout = new TextDecoder().decode(whole);
        expect(ended([...parts, success])).toEqual({ kind: "exited", code: 0, stdout, stderr: "" });
      }),
    );
  });

  test("the exit code is the command's; what was not run says why in one line", () => {
    const failure = (status: object) =>
      ended([message(2, bytes("no")), message(3, bytes(JSON.stringify(status)))]);
    const causes = [{ reason: "ExitCode", message: "7" }];
    expect(failure({ status: "Failure", reason: "NonZeroExitCode", details: { causes } })).toEqual({
      kind: "exited",
      code: 7,
      stdout: "",
      stderr: "no",
    });
    expect(failure({ status: "Failure", reason: "InternalError", message: "exec:\n  not  found" })).toEqual({
      kind: "failed",
      why: "exec: not found",
    });
    expect(failure({ status: "Failure", reason: "NonZeroExitCode" })).toMatchObject({ kind: "failed" });
  });

  test("an endless answer ends at the limit", () => {
    const endless = Array.from({ length: 100 }, () => message(1, new Uint8Array(100)));
    expect(ended(endless, 1_000)).toEqual({ kind: "failed", why: "the answer is longer than 1000 bytes" });
  });

  test("anything on any channel is an answer, a failure, or waits for more", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.string(), (messages, status) => {
        const answer = ended([...messages, message(3, bytes(status))]);
        expect(["exited", "failed", undefined]).toContain(answer?.kind);
        if (answer?.kind === "exited") expect(Number.isInteger(answer.code)).toBe(true);
      }),
    );
  });
});
