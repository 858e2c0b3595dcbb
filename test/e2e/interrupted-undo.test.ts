/** `undo` of a whole `apply`, cut off anywhere. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/undo.ts";

for (const story of stories) interrupted(story);
