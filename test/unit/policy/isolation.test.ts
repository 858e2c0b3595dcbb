import { expect, test } from "vitest";
import { namespaceFacts } from "../../../src/model/namespace.ts";
import { isolationOf } from "../../../src/policy/isolation.ts";
import { namespaceObject } from "./raw-cluster.ts";

function read(annotation: string | undefined, annotations: Readonly<Record<string, string>> = {}) {
  return isolationOf(
    namespaceFacts(
      namespaceObject({ name: "ns", annotations, ...(annotation === undefined ? {} : { annotation }) }),
    ),
  );
}

test.each([
  ['{"ingress":{"isolation":"DefaultDeny"}}'],
  [' { "ingress" : { "isolation" : "DefaultDeny" } } '],
  ['{"ingress":{"isolation":"DefaultDeny"},"egress":{"isolation":"DefaultDeny"}}'],
])("a namespace that old Calico closed is seen as closed: %s", (annotation) => {
  expect(read(annotation)).toMatchObject({ isolation: "isolated", decided: false });
});

test.each([
  [undefined],
  ["{}"],
  ['{"ingress":{}}'],
  ['{"ingress":{"isolation":null}}'],
  ['{"ingress":{"isolation":"defaultdeny"}}'],
  ['{"ingress":{"isolation":"DefaultDeny "}}'],
  ['{"egress":{"isolation":"DefaultDeny"}}'],
])("a namespace that old Calico left open is seen as open: %s", (annotation) => {
  expect(read(annotation).isolation).toBe("open");
});

test.each([
  ["", "unknown", "open"],
  ["DefaultDeny", "unknown", "open"],
  ["{'ingress':{'isolation':'DefaultDeny'}}", "unknown", "open"],
  ['{"ingress":{"isolation":"DefaultDeny"}', "unknown", "open"],
  ["null", "unknown", "open"],
  ["[]", "unknown", "open"],
  ['"DefaultDeny"', "unknown", "open"],
  ['{"ingress":null}', "unknown", "open"],
  ['{"ingress":"DefaultDeny"}', "unknown", "open"],
  ['{"ingress":["DefaultDeny"]}', "unknown", "open"],
  ['{"ingress":{"isolation":true}}', "open", "open"],
  ['{"Ingress":{"isolation":"DefaultDeny"}}', "open", "isolated"],
  ['{"ingress":{"ISOLATION":"DefaultDeny"}}', "open", "isolated"],
  ['{"ingress":{"isolation":"DefaultDeny"},"ingress":{}}', "unknown", "unknown"],
  ['{"ingress":{"isolation":"DefaultDeny","isolation":"x"}}', "unknown", "unknown"],
] as const)(
  "an annotation that the two drivers read apart is not guessed at: %s",
  (text, etcd, kubernetes) => {
    const found = read(text);
    expect(found).toMatchObject({ isolation: "unclear", drivers: { etcd, kubernetes } });
    expect(found.why).toBeDefined();
  },
);

test("a decision about an unclear namespace counts, one about a clear one does not", () => {
  const facts = (annotation: string, treatAs?: string) =>
    namespaceFacts(
      namespaceObject({
        name: "ns",
        annotation,
        ...(treatAs === undefined ? {} : { annotations: { "calico-upgrade/treat-as": treatAs } }),
      }),
    );
  expect(isolationOf(facts("{", "isolated"))).toMatchObject({ isolation: "isolated", decided: true });
  expect(isolationOf(facts("{", "nonsense"))).toMatchObject({ isolation: "unclear", decided: false });
  expect(isolationOf(facts("{", "isolated"), new Map([["ns", "open"]]))).toMatchObject({
    isolation: "open",
    decided: true,
  });
  expect(isolationOf(facts("{}", "isolated"))).toMatchObject({ isolation: "open", decided: false });
});

test("the alpha annotation, which no Calico reads any more, closes nothing", () => {
  const alpha = { "net.alpha.kubernetes.io/network-isolation": "yes" };
  expect(read(undefined, alpha).isolation).toBe("open");
});
