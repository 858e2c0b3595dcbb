import { expect, test } from "vitest";
import { each } from "../../../bench/each.ts";

test("a benchmark over its aim, or one that breaks, hides none of the others, and each of them is named", async () => {
  const ran: string[] = [];
  const over = await each(["first", "over", "breaks", "last"], async (name) => {
    ran.push(name);
    if (name === "breaks") throw new Error("no server");
    return await Promise.resolve(name === "over" ? 1 : 0);
  });
  expect(ran).toEqual(["first", "over", "breaks", "last"]);
  expect(over).toEqual(["over", "breaks"]);
});
