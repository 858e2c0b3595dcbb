import { expect, test } from "vitest";
import { makeRequestLog } from "../../../src/cluster/log.ts";

const secret = "c2VjcmV0";

test.each([
  ["https://k/api/v1/namespaces/x/secrets/y", `{"data":{"a":"${secret}"}}`],
  ["https://k/api/v1/namespaces/x/secrets?limit=500", `{"items":[{"data":{"a":"${secret}"}}]}`],
  ["https://k/api/v1/namespaces/x/serviceaccounts/y/token", `{"status":{"token":"${secret}"}}`],
  ["https://k/else", `{"kind":"Secret","data":{"a":"${secret}"}}`],
])("what a Secret or a token holds is shown at no level: %s", (url, body) => {
  const lines: string[] = [];
  const log = makeRequestLog(10, (line) => void lines.push(line), 1);
  log.request("POST", url, { Authorization: `Bearer ${secret}`, Cookie: secret }, body);
  log.responseBody(url, body);
  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).not.toContain(secret);
  expect(lines.join("\n")).toContain("<masked>");
});
