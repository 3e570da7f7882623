/** The version of this code. Leaf. */
import manifest from "@/package.json";

export const version: string = manifest.version;
