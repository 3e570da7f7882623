/** Every path under /api/v1 that no other file serves. */
import { unknownPath } from "@/lib/api/refusals";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = unknownPath;
