import { parseImage } from "../model/image.ts";
import { isRecord, type UnknownRecord } from "../model/record.ts";
import {
  configChangedAnnotation,
  createdByAnnotation,
  lastAppliedAnnotation,
  pinnedAnnotation,
  restartAnnotation,
  restartedAtAnnotation,
  runAnnotation,
} from "../model/names.ts";
import { customResource } from "./merge-keys.ts";
import { sameJson } from "./same-json.ts";
import { isStored } from "./stored.ts";

/** Annotations written by kubectl, by controllers of Kubernetes, and by this program. */
export const writtenByOthers: ReadonlySet<string> = new Set([
  configChangedAnnotation,
  createdByAnnotation,
  lastAppliedAnnotation,
  pinnedAnnotation,
  restartAnnotation,
  restartedAtAnnotation,
  runAnnotation,
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  "kubernetes.io/change-cause",
]);

/**
 * What an API server writes where nobody gave a value, by `field` or `parent.field`.
 * Source: SetDefaults_* of k8s.io/kubernetes (apps/v1, core/v1), as a 1.36 and a 1.15 server fill them in.
 */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  "fieldRef.apiVersion": ["v1"],
  "httpGet.scheme": ["HTTP"],
  "httpGet.path": ["/"],
  "ports.protocol": ["TCP"],
  "resourceFieldRef.divisor": ["0"],
  "rollingUpdate.maxSurge": [0, "25%"],
  "rollingUpdate.maxUnavailable": [1, "25%"],
  "serviceAccountToken.expirationSeconds": [3600],
  "spec.dnsPolicy": ["ClusterFirst"],
  "spec.internalTrafficPolicy": ["Cluster"],
  "spec.ipFamilyPolicy": ["SingleStack"],
  "spec.progressDeadlineSeconds": [600, 2_147_483_647],
  "spec.replicas": [1],
  "spec.restartPolicy": ["Always"],
  "spec.revisionHistoryLimit": [10, 2_147_483_647],
  "spec.schedulerName": ["default-scheduler"],
  "spec.sessionAffinity": ["None"],
  "spec.terminationGracePeriodSeconds": [30],
  "spec.type": ["ClusterIP"],
  "strategy.type": ["RollingUpdate"],
  "updateStrategy.type": ["RollingUpdate"],
  defaultMode: [420],
  failureThreshold: [3],
  periodSeconds: [10],
  successThreshold: [1],
  terminationMessagePath: ["/dev/termination-log"],
  terminationMessagePolicy: ["File"],
  timeoutSeconds: [1],
};

/** Fields that only a server or a controller gives a value, whatever it is. */
const serversOwn: ReadonlySet<string> = new Set([
  "spec.clusterIP",
  "spec.clusterIPs",
  "spec.ipFamilies",
  "spec.templateGeneration",
  "metadata.creationTimestamp",
]);

/** Maps whose being there says something although they are empty. */
const empty: ReadonlySet<string> = new Set(["emptyDir", "podSelector", "namespaceSelector"]);

/**
 * Whether a field that one side lacks is nobody's setting: a server fills it in, or a controller, kubectl or this program
 * writes it. `beside`: the map that it stands in.
 */
export function isFilledIn(
  kind: string,
  path: readonly string[],
  value: unknown,
  beside: UnknownRecord = {},
): boolean {
  if (value === undefined || value === null) return true;
  if (kind === customResource) return false;
  const [parent = "", field = ""] = path.slice(-2);
  const place = `${parent}.${field}`;
  if (parent === "annotations") return writtenByOthers.has(field);
  if (isStored(kind, path, value, undefined)) return true;
  if (serversOwn.has(place)) return true;
  if ((defaults[place] ?? defaults[field])?.some((each) => sameJson(each, value)) === true) return true;
  switch (place) {
    case "subjects.apiGroup":
      return value === (beside["kind"] === "ServiceAccount" ? "" : "rbac.authorization.k8s.io");
    case "roleRef.apiGroup":
      return value === "rbac.authorization.k8s.io";
    case "spec.serviceAccount":
      return value === beside["serviceAccountName"];
    case "ports.hostPort":
      return value === beside["containerPort"];
    case "ports.targetPort":
      return value === beside["port"];
    case "rules.scope":
      return value === "*";
  }
  if (field === "imagePullPolicy") return value === pullPolicy(beside["image"]);
  if (field === "secrets" && kind === "ServiceAccount") return true;
  if (!isRecord(value) || empty.has(field)) return false;
  return Object.entries(value).every(([key, each]) => isFilledIn(kind, [...path, key], each, value));
}

/** A live value as a file has it: without what servers fill in; what names a thing comes first. */
export function withoutFilledIn(kind: string, path: readonly string[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutFilledIn(kind, path, each));
  if (!isRecord(value)) return value;
  const own = Object.entries(value).flatMap(([key, each]) => {
    const below = [...path, key];
    return isFilledIn(kind, below, each, value) ? [] : [[key, withoutFilledIn(kind, below, each)] as const];
  });
  return Object.fromEntries(own.toSorted(([a], [b]) => Number(b === "name") - Number(a === "name")));
}

/** Whether two values of one field are the same setting. undefined: it is not given. */
export function isSameSetting(
  kind: string,
  path: readonly string[],
  a: unknown,
  b: unknown,
  besides: { readonly a?: UnknownRecord; readonly b?: UnknownRecord } = {},
): boolean {
  if (sameJson(a, b)) return true;
  if (a === undefined || a === null) return isFilledIn(kind, path, b, besides.b);
  if (b === undefined || b === null) return isFilledIn(kind, path, a, besides.a);
  if (isRecord(a) && isRecord(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
      isSameSetting(kind, [...path, key], a[key], b[key], { a, b }),
    );
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, index) => isSameSetting(kind, path, each, b[index]));
  }
  return isStored(kind, path, a, b) || isStored(kind, path, b, a);
}

function pullPolicy(image: unknown): string {
  const { tag, digest } = parseImage(typeof image === "string" ? image : "");
  return digest === undefined && (tag === undefined || tag === "latest") ? "Always" : "IfNotPresent";
}
