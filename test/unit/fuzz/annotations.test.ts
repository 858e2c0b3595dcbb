/** Whoever may edit a node, a DaemonSet, a pod or a namespace may write anything into our annotations and others'. */
import { assert, property } from "fast-check";
import { describe, test } from "vitest";
import { lastApplied } from "../../../src/merge/last-applied.ts";
import { configMapFacts } from "../../../src/model/configmap.ts";
import { configChange } from "../../../src/model/config-ledger.ts";
import { daemonSetFacts } from "../../../src/model/daemonset.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import {
  configChangedAnnotation,
  cordonAnnotation,
  lastAppliedAnnotation,
  pinnedAnnotation,
  recordAnnotation,
  runAnnotation,
} from "../../../src/model/names.ts";
import { isolationAnnotation, namespaceFacts } from "../../../src/model/namespace.ts";
import { parseNodeRecord } from "../../../src/model/node-record.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { isolationOf } from "../../../src/policy/isolation.ts";
import { broken, brokenText, runs } from "./broken.ts";

const since = "2026-05-01T12:00:00Z";
const command = { verb: "apply", flags: { filename: ["a.yaml"], settle: "0s" }, manifest: "4d51" };
const lease = { run: "uid/apply:4d51", holder: "me@here/1", command, renewed: since };

function withAnnotation(kind: string, key: string, text: string): KubeObject {
  const metadata = { name: "a", namespace: "kube-system", uid: "u", annotations: { [key]: text } };
  return { apiVersion: "v1", kind, metadata };
}

const readers: readonly (readonly [string, object, (text: string) => unknown])[] = [
  [
    "the lease of a cordon",
    { run: "uid/3", holder: "me", since, wasUnschedulable: false, replaces: "pod" },
    (text) => nodeFacts(withAnnotation("Node", cordonAnnotation, text)),
  ],
  [
    "the record of a run",
    { run: "uid/3", from: 2, began: since, deleted: 0.2, ready: 5, ended: 15, down: 2, by: "me", command },
    (text) => parseNodeRecord(nodeFacts(withAnnotation("Node", recordAnnotation, text)).record),
  ],
  ["the lease of a run", lease, (text) => daemonSetFacts(withAnnotation("DaemonSet", runAnnotation, text))],
  [
    "the strategy to put back",
    { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    (text) => daemonSetFacts(withAnnotation("DaemonSet", pinnedAnnotation, text)),
  ],
  [
    "the note of changed values",
    { at: since, keys: ["veth_mtu"], since },
    (text) => configChange(configMapFacts(withAnnotation("ConfigMap", configChangedAnnotation, text))),
  ],
  [
    "kubectl's last-applied",
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", annotations: {} }, data: { a: "b" } },
    (text) => lastApplied(withAnnotation("ConfigMap", lastAppliedAnnotation, text)),
  ],
  [
    "a namespace's isolation",
    { ingress: { isolation: "DefaultDeny" } },
    (text) => isolationOf(namespaceFacts(withAnnotation("Namespace", isolationAnnotation, text))),
  ],
];

describe.each(readers)("%s with anything in it is read, or is called unreadable", (_what, whole, read) => {
  test("as JSON with something else in a place", () => {
    assert(
      property(broken(whole), (value) => void read(JSON.stringify(value))),
      { numRuns: runs(300) },
    );
  });

  test("cut, doubled or overwritten", () => {
    assert(
      property(brokenText(JSON.stringify(whole)), (text) => void read(text)),
      { numRuns: runs(300) },
    );
  });
});
