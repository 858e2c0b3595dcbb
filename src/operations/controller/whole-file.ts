import { userError } from "../../errors.ts";
import { findController, type FileControllers } from "../../manifest/find-controller.ts";
import { refusePlaceholders } from "../../manifest/placeholders.ts";
import { controllerDatastore } from "../../model/datastore.ts";
import { workloadFacts } from "../../model/workload.ts";
import type { FileTemplate } from "../node/template.ts";
import type { Session } from "../session.ts";
import type { OpenController } from "./open.ts";

/**
 * The file's controllers, from a file that is for this datastore and filled in: said before what stands against it
 * piece by piece. A manifest of the other flavour would look for its data where there is none. Throws UserError.
 */
export function wholeFile(
  { namespace, datastore }: Pick<OpenController, "namespace" | "datastore">,
  { connection }: Pick<Session, "connection">,
  file: FileTemplate,
): FileControllers {
  const found = findController(file.objects, { namespace }, connection.namespace);
  const facts = workloadFacts(found.controller);
  const inFile = facts === undefined ? "unknown" : controllerDatastore(facts.template, []);
  if (inFile !== "unknown" && datastore !== "unknown" && inFile !== datastore) {
    throw userError(
      `the controller in ${file.name} is for the ${inFile === "etcd" ? "etcd" : "Kubernetes"} datastore, and this cluster's Calico uses ${datastore === "etcd" ? "etcd" : "the Kubernetes datastore"}; give the manifest of that flavour`,
    );
  }
  refusePlaceholders([found.controller, ...found.stubs], file.name);
  return found;
}
