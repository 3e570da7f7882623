/**
 * Starts the gateway's thread from the source tree: registers the TypeScript loader first, because Node 20 does not carry
 * the parent's loader into a thread. A built bundle does not use this file.
 */
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
