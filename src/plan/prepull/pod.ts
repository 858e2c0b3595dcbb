import type { KubeObject } from "../../model/kube.ts";
import { formatRunLease, type RunLease } from "../../model/lease.ts";
import { purposeLabel, purposes, runAnnotation } from "../../model/names.ts";
import { daemonSetTolerations } from "../pod-of-template.ts";
import type { WantedImage } from "./images.ts";

/** A container needs no program of its image: one that is not there is started, and that fails. */
const noProgram = "/calico-upgrade-pulls-the-image";

/** Seconds; nobody may come to clean up after a process that was killed. */
const longestLife = 3600;

const resources = { cpu: "1m", memory: "16Mi" };

interface TemplatePodSpec {
  readonly hostNetwork?: boolean;
  readonly tolerations?: readonly unknown[];
  readonly serviceAccountName?: string;
  readonly serviceAccount?: string;
  readonly imagePullSecrets?: readonly unknown[];
}

export interface PullPodOptions {
  readonly namespace: string;
  readonly node: string;
  /** The pod template that the images are of. */
  readonly template: unknown;
  /** Another ServiceAccount than the template's, which an earlier step of the run has not made yet. */
  readonly account?: string | undefined;
  readonly images: readonly WantedImage[];
  readonly run: Pick<RunLease, "run" | "holder">;
}

/**
 * A short pod on exactly this node whose containers have the images that are to be pulled: as the pods of the template
 * get theirs, by the same secrets, account and tolerations. Containers and no init containers, which would wait for each
 * other. Its network is the node's: it does not depend on what is upgraded. It has no priority class: for a critical pod
 * the kubelet of a full node would evict somebody's pods, and no image is worth that.
 */
export function pullPod({ namespace, node, template, account, images, run }: PullPodOptions): KubeObject {
  const { spec = {} } = (template ?? {}) as { readonly spec?: TemplatePodSpec };
  const { imagePullSecrets } = spec;
  const serviceAccountName = account ?? spec.serviceAccountName ?? spec.serviceAccount;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: pullPodName(node),
      namespace,
      labels: { [purposeLabel]: purposes.prepull },
      annotations: { [runAnnotation]: formatRunLease(run) },
    },
    spec: {
      // nodeName, not a selector: the scheduler keeps away from a cordoned node.
      nodeName: node,
      hostNetwork: true,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: longestLife,
      automountServiceAccountToken: false,
      ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
      ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
      tolerations: daemonSetTolerations(spec),
      containers: images.map(({ image, policy }, index) => ({
        name: `image-${index + 1}`,
        image,
        ...(policy === undefined ? {} : { imagePullPolicy: policy }),
        command: [noProgram],
        resources: { requests: resources, limits: resources },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      })),
    },
  };
}

/** The same for whoever asks: a create that nobody answered is found again. */
export function pullPodName(node: string): string {
  return `calico-upgrade-prepull-${node}`.slice(0, 253).replace(/[^a-z0-9]+$/, "");
}
