/** What the fault matrix holds a transcript to: both lies, and the silence, are seen. */
import { expect, test } from "vitest";
import { classify } from "../../faults/request.ts";
import type { SeenRequest } from "../../faults/proxy.ts";
import { badError, saidWrongly } from "../../faults/printed.ts";

function seen(method: string, path: string, status: number | undefined, body = "{}"): SeenRequest {
  const about = classify(method, path);
  return { ...about, index: 0, indexInClass: 0, indexOfWrite: 0, path, body, status };
}

function wrong(stdout: string, ...requests: readonly SeenRequest[]): readonly string[] {
  return saidWrongly({ stdout, stderr: "", code: 0 }, requests);
}

const node = "/api/v1/nodes/node-01";
const spec = '{"spec":{"unschedulable":true}}';
const policies = "/apis/networking.k8s.io/v1/namespaces/prod/networkpolicies";

test("what is said and was refused, or never sent, is found", () => {
  expect(wrong("node/node-01 cordoned\n", seen("PATCH", node, 409, spec))).toEqual([
    "says that node-01 was written, and it was not",
  ]);
  expect(wrong('pod "calico-node-abcde" deleted\n')).toEqual([
    "says that calico-node-abcde was deleted, and it was not",
  ]);
  expect(wrong("node/node-01 cordoned\n", seen("PATCH", node, 200, spec))).toEqual([]);
});

test("what was done and is not said is found, but for our own annotations", () => {
  expect(wrong("", seen("PATCH", node, 200, spec))).toEqual(["patch nodes/node-01 was done and is not said"]);
  const lease = '{"metadata":{"resourceVersion":"1","annotations":{"calico-upgrade/run":null}}}';
  expect(wrong("", seen("PATCH", node, 200, lease))).toEqual([]);
});

test.each(["configured", "patched", "restarted", "scaled"])("%s says that an object was written", (verb) => {
  const path = "/apis/apps/v1/namespaces/kube-system/deployments/calico-kube-controllers";
  const line = `deployment.apps/calico-kube-controllers ${verb}\n`;
  expect(wrong(line, seen("PATCH", path, 200, spec))).toEqual([]);
  expect(wrong(line)).toHaveLength(1);
});

test("objects of the same name are told apart by their namespace and by what became of them", () => {
  const created = seen("POST", policies, 201, '{"metadata":{"name":"first"}}');
  const line = "networkpolicy.networking.k8s.io/first created in";
  expect(wrong(`${line} prod namespace\n`, created)).toEqual([]);
  expect(wrong(`${line} test namespace\n`, created)).toHaveLength(2);
  expect(wrong("networkpolicy.networking.k8s.io/first deleted from prod namespace\n", created)).toHaveLength(
    2,
  );
});

test("an end that is no user's error, or says nothing of what happened, is found", () => {
  const end = (code: number, stderr: string) => badError({ code, stdout: "", stderr }, /forbidden/);
  expect(end(0, "")).toEqual([]);
  expect(end(1, "Error from server (Forbidden): forbidden")).toEqual([]);
  expect(end(1, "error: something")).toEqual(["its error does not say what happened: error: something"]);
  expect(end(1, "TypeError: x is undefined, forbidden")).toHaveLength(1);
  expect(end(-1, "forbidden")).toEqual(["does not end"]);
});
