/** What a sign-in would do, as the browser asks for it. Views of components/provisioning call this. */
import { useMutation } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiError } from "@/lib/client/api-error";
import { callApi } from "@/lib/client/fetch";
import type { previewInput, previewOutput } from "./schema";

export type MappingPreview = z.output<typeof previewOutput>;
export type PreviewRequest = z.input<typeof previewInput>;

/** Changes nothing on the server; a mutation because it is asked for by a button and not by looking. */
export function usePreview() {
  return useMutation<MappingPreview, ApiError, PreviewRequest>({
    mutationFn: (body) => callApi<MappingPreview>("POST", "/settings/mapping/preview", { body }),
  });
}
