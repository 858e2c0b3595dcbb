import { describe, expect, test } from "vitest";
import {
  apiError,
  badAnswer,
  connectionError,
  exitCodeOf,
  explain,
  interrupted,
  isBug,
  reasonOf,
  userError,
} from "../../../src/errors.ts";

const invalid = (details: object) =>
  apiError({ status: 422, reason: "Invalid", message: "whole message", details: { ...details } });

describe("errors in kubectl's words", () => {
  test.each<[unknown, string]>([
    [userError("no node given"), "error: no node given"],
    [badAnswer("this is no API server"), "error: this is no API server"],
    [
      userError(`what runs cannot be told: ${reasonOf(badAnswer("no more"))}`),
      "error: what runs cannot be told: no more",
    ],
    [userError("no node given", "See 'x -h'"), "error: no node given\nSee 'x -h'"],
    [
      apiError({ status: 404, reason: "NotFound", message: 'nodes "x" not found' }),
      'Error from server (NotFound): nodes "x" not found',
    ],
    [apiError({ status: 500, reason: "", message: "boom" }), "Error from server: boom"],
    [
      apiError({ status: 401, reason: "Unauthorized", message: "Unauthorized" }),
      "error: You must be logged in to the server (Unauthorized)",
    ],
    [
      invalid({ kind: "Node", name: "x", causes: [{ field: "spec.podCIDR", message: "bad" }] }),
      'The Node "x" is invalid: spec.podCIDR: bad',
    ],
    [
      invalid({
        kind: "Node",
        name: "x",
        causes: [
          { field: "a", message: "1" },
          { field: "b", message: "2" },
          { field: "a", message: "1" },
        ],
      }),
      'The Node "x" is invalid: \n* a: 1\n* b: 2',
    ],
    [invalid({}), "The request is invalid: whole message"],
    [connectionError("Unable to connect to the server: EOF"), "Unable to connect to the server: EOF"],
    [interrupted(130, "stopped"), "stopped"],
    [new TypeError("x"), "error: x"],
    ["text", "error: text"],
  ])("%o", (error, words) => {
    expect(explain(error)).toBe(words);
  });

  test("only what nobody threw on purpose is a bug", () => {
    expect([userError("x"), connectionError("x"), interrupted(130, "x")].map(isBug)).toEqual([
      false,
      false,
      false,
    ]);
    expect(isBug(new Error("x"))).toBe(true);
    expect([exitCodeOf(interrupted(143, "x")), exitCodeOf(new Error("x"))]).toEqual([143, 1]);
  });
});
