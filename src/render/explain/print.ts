import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import type { ExplainPage } from "./page.ts";
import { allPages, findPage } from "./pages.ts";
import { idsText, pageText } from "./text.ts";

const head = { apiVersion: "calico-upgrade/v1alpha1" } as const;

/** The page of an id, however it is written; undefined: there is none. */
export function printablePage(id: string): Printable | undefined {
  const page = findPage(id);
  return page === undefined
    ? undefined
    : {
        table: (_, columns) => pageText(page, columns),
        object: () => ({ ...head, kind: "CheckPage", ...plain(page) }),
        rows: () => [plain(page)],
        names: () => [page.id],
      };
}

export function printablePages(): Printable {
  const pages = allPages();
  return {
    table: (wide, columns) => idsText(wide, columns),
    object: () => ({ ...head, kind: "CheckPageList", items: pages.map(plain) }),
    rows: () => pages.map(plain),
    names: () => pages.map(({ id }) => id),
  };
}

function plain(page: ExplainPage): JsonObject {
  return { ...page };
}
