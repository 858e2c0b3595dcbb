import { withoutNulls } from "./record.ts";
import { milliCpu } from "./cpu.ts";
import { fingerprint } from "./fingerprint.ts";
import { calicoImage, parseImage } from "./image.ts";

/** What we read of a pod template that may run calico-node. */
export interface TemplateFacts {
  /** Equal for equal templates: tells whether a ControllerRevision is this template. */
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  /** Seconds; undefined is the server's default of 30. */
  readonly gracePeriod?: number;
  readonly hostNetwork: boolean;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Required node affinity: the node has to match one of them; undefined when there is none. */
  readonly nodeTerms?: readonly NodeTerm[];
  readonly tolerations: readonly Toleration[];
  readonly imagePullSecrets: readonly string[];
  readonly initContainers: readonly TemplateContainer[];
  readonly containers: readonly TemplateContainer[];
  readonly volumes: readonly TemplateVolume[];
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** One term of required node affinity: all of its needs have to hold. */
export interface NodeTerm {
  readonly labels: readonly NodeNeed[];
  readonly fields: readonly NodeNeed[];
}

export interface NodeNeed {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface TemplateContainer {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly EnvVar[];
  /** Whole ConfigMaps and Secrets taken as environment. */
  readonly envFrom: readonly KeySource[];
  readonly readiness?: Probe;
  /** What it asks of its node's CPU, in thousandths of a core. */
  readonly cpu?: number;
  readonly mounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly from?: KeySource;
}

/** A key of a ConfigMap or Secret, or (no key) the whole of it. */
export interface KeySource {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key?: string;
  readonly optional: boolean;
}

export interface Probe {
  /** Seconds between two looks; the server's default is 10. */
  readonly period: number;
  readonly initialDelay: number;
  /** The exec command, empty for other probes. */
  readonly command: readonly string[];
}

export interface TemplateVolume {
  readonly name: string;
  readonly hostPath?: string;
  readonly source?: KeySource;
  /** Keys the volume names one by one: the pod does not start without them. */
  readonly keys: readonly string[];
}

interface RawKeyRef {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

interface RawContainer {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly configMapKeyRef?: RawKeyRef; readonly secretKeyRef?: RawKeyRef };
  }[];
  readonly envFrom?: readonly { readonly configMapRef?: RawKeyRef; readonly secretRef?: RawKeyRef }[];
  readonly readinessProbe?: {
    readonly periodSeconds?: number;
    readonly initialDelaySeconds?: number;
    readonly exec?: { readonly command?: readonly string[] };
  };
  readonly resources?: { readonly requests?: { readonly cpu?: unknown } | null } | null;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface RawNeed {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

interface RawTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly serviceAccount?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly hostNetwork?: boolean;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly affinity?: {
      readonly nodeAffinity?: {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: {
          readonly nodeSelectorTerms?: readonly {
            readonly matchExpressions?: readonly RawNeed[];
            readonly matchFields?: readonly RawNeed[];
          }[];
        };
      };
    };
    readonly tolerations?: readonly Toleration[];
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
    readonly initContainers?: readonly RawContainer[];
    readonly containers?: readonly RawContainer[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly hostPath?: { readonly path?: string | null };
      readonly configMap?: { name?: string; optional?: boolean; items?: readonly { key: string }[] };
      readonly secret?: { secretName?: string; optional?: boolean; items?: readonly { key: string }[] };
    }[];
  };
}

export function templateFacts(raw: unknown): TemplateFacts {
  const { metadata, spec } = withoutNulls(raw ?? {}) as RawTemplate;
  const serviceAccount = spec?.serviceAccountName ?? spec?.serviceAccount;
  const gracePeriod = spec?.terminationGracePeriodSeconds;
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return {
    fingerprint: fingerprint(raw),
    labels: metadata?.labels ?? {},
    hostNetwork: spec?.hostNetwork === true,
    nodeSelector: spec?.nodeSelector ?? {},
    tolerations: spec?.tolerations ?? [],
    imagePullSecrets: (spec?.imagePullSecrets ?? []).flatMap(({ name }) =>
      name === undefined ? [] : [name],
    ),
    initContainers: (spec?.initContainers ?? []).map(container),
    containers: (spec?.containers ?? []).map(container),
    volumes: (spec?.volumes ?? []).map((volume) => {
      const map = volume.configMap;
      const secret = volume.secret;
      const source: KeySource | undefined =
        map?.name !== undefined
          ? { kind: "ConfigMap", name: map.name, optional: map.optional === true }
          : secret?.secretName !== undefined
            ? { kind: "Secret", name: secret.secretName, optional: secret.optional === true }
            : undefined;
      return {
        name: volume.name,
        keys: (map?.items ?? secret?.items ?? []).map(({ key }) => key),
        ...(typeof volume.hostPath?.path === "string" ? { hostPath: volume.hostPath.path } : {}),
        ...(source === undefined ? {} : { source }),
      };
    }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(gracePeriod === undefined ? {} : { gracePeriod }),
    ...(terms === undefined
      ? {}
      : {
          nodeTerms: terms.map((term) => ({
            labels: (term.matchExpressions ?? []).map(need),
            fields: (term.matchFields ?? []).map(need),
          })),
        }),
  };
}

function need(raw: RawNeed): NodeNeed {
  return { key: raw.key ?? "", operator: raw.operator ?? "", values: raw.values ?? [] };
}

function container(raw: RawContainer): TemplateContainer {
  const probe = raw.readinessProbe;
  const cpu = milliCpu(raw.resources?.requests?.cpu);
  return {
    name: raw.name ?? "",
    image: raw.image ?? "",
    command: raw.command ?? [],
    args: raw.args ?? [],
    env: (raw.env ?? []).map((variable) => {
      const from = keySource(variable.valueFrom?.configMapKeyRef, variable.valueFrom?.secretKeyRef);
      return {
        name: variable.name,
        ...(variable.value === undefined ? {} : { value: variable.value }),
        ...(from === undefined ? {} : { from }),
      };
    }),
    envFrom: (raw.envFrom ?? []).flatMap((entry) => keySource(entry.configMapRef, entry.secretRef) ?? []),
    mounts: (raw.volumeMounts ?? []).map(({ name, mountPath }) => ({ name, mountPath })),
    ...(cpu === undefined ? {} : { cpu }),
    ...(probe === undefined
      ? {}
      : {
          readiness: {
            period: probe.periodSeconds ?? 10,
            initialDelay: probe.initialDelaySeconds ?? 0,
            command: probe.exec?.command ?? [],
          },
        }),
  };
}

function keySource(map: RawKeyRef | undefined, secret: RawKeyRef | undefined): KeySource | undefined {
  const [kind, reference] = map === undefined ? (["Secret", secret] as const) : (["ConfigMap", map] as const);
  if (reference?.name === undefined) return undefined;
  return {
    kind,
    name: reference.name,
    optional: reference.optional === true,
    ...(reference.key === undefined ? {} : { key: reference.key }),
  };
}

/** The container that is calico-node: by its name, else by its image (calico-facts 1.1). */
export function calicoNodeContainer(template: TemplateFacts): TemplateContainer | undefined {
  return (
    template.containers.find(({ name }) => name === "calico-node") ??
    template.containers.find(({ image }) => calicoImage(parseImage(image)) === "calico/node")
  );
}
