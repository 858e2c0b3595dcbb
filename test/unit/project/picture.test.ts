import { expect, test } from "vitest";
import { screenAfter } from "../../../scripts/picture/screen.ts";
import { svgOf } from "../../../scripts/picture/svg.ts";

const lines = (recording: string, columns = 80): string[] =>
  screenAfter(recording, columns).map((line) => line.map(({ text }) => text).join(""));

test("the README's picture shows what was left on the screen, not what a task list drew over", () => {
  expect(lines("first\r\nwaiting 1s\r\nmore\r\n\x1b[2A\x1b[Jdone\r\nlast")).toEqual([
    "first",
    "done",
    "last",
  ]);
  expect(lines("12%\r100%\r\n\x1b[?25lx\x1b[2K\rhidden cursor\x1b[?25h")).toEqual(["100%", "hidden cursor"]);
});

test("a line longer than the terminal goes on in the next one", () => {
  expect(lines("abcdef", 4)).toEqual(["abcd", "ef"]);
});

test("colours and angle brackets survive into the picture", () => {
  const svg = svgOf(screenAfter("\x1b[32mnode/<x>\x1b[39m", 80), "t");
  expect(svg).toContain('fill="#3fb950">node/&lt;x&gt;</text>');
});
