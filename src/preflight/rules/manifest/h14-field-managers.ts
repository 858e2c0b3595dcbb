import { guardPage } from "../../guard-page.ts";

/** Hazard H14: the commands guard it as they go; no rule asks before. */
export const fieldManagers = guardPage({
  id: "H14",
  page: {
    title: "objects are changed in the name of who applied them",
    why: "kubectl's client-side apply takes away only what its annotation knows, server-side apply only what its manager owns. Written under another name, the user's next apply conflicts, or keeps what the new manifest no longer has.",
    detected: "last-applied-configuration and managedFields of the objects",
    fix: "A conflict with somebody else's fields is shown: settle it with them, and run the command again.",
    sources: ["https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management"],
  },
});
