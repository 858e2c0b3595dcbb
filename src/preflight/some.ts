export { isOrAre, some } from "../model/words.ts";
