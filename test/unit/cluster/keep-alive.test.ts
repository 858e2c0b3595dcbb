import { expect, onTestFinished, test } from "vitest";
import { connectTo, json, wireServer } from "./wire-server.ts";
import { pathOf } from "../../../src/cluster/paths.ts";

test("many requests over one connection end without Node's warning of a leak on the user's screen", async () => {
  const { url } = await wireServer((_seen, response) => json(response, 200, {}));
  const { connection } = await connectTo(url);
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.name);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  for (let count = 0; count < 15; count += 1) {
    // One after the other, so that all of them use the same socket.
    await connection.request({ method: "GET", path: pathOf("api", "v1", "nodes") });
  }
  expect(warnings).toEqual([]);
});
