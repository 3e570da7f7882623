"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { modelsQuery } from "@/lib/models/queries";
import { docsPath, openApiPath } from "@/lib/paths";
import { providersQuery } from "@/lib/providers/queries";

/** This server as the browser reached it; empty while the page is made on the server. */
function useOrigin(): string {
  return useHydrated() ? window.location.origin : "";
}

/** A chat model that can be called at once; null where the visitor sees none, undefined until that is known. */
function useCallableModel(): string | null | undefined {
  const providers = useQuery(providersQuery({ limit: 200 }));
  const provider = providers.data?.data.find(({ enabled, has_api_key }) => enabled && has_api_key);
  const models = useQuery({
    ...modelsQuery({ provider_id: provider?.id, kind: "chat", enabled: true, sort: "name", limit: 1 }),
    enabled: provider !== undefined,
  });
  if (providers.isPending || (provider && models.isPending)) return undefined;
  return models.data?.data[0]?.name ?? null;
}

function snippetOf(origin: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  return [
    `curl ${origin}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $PLLM_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body}'`,
  ].join("\n");
}

/** How a program calls a model through this server; `keysAt` is where the visitor makes keys. */
export function QuickStart({ keysAt }: { keysAt: string }) {
  const origin = useOrigin();
  const model = useCallableModel();
  const snippet = snippetOf(origin, model ?? "MODEL");
  return (
    <Card title="Quick start" action={<CopyButton text={snippet} label="the command" />}>
      <div className="space-y-3 px-4 py-4 text-sm">
        <p className="text-muted">
          Any OpenAI client works with this base URL and{" "}
          <Link href={keysAt} className="text-accent underline">
            a key
          </Link>
          :
        </p>
        <p className="font-mono break-words">{origin}/v1</p>
        <pre className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap">
          <code>{snippet}</code>
        </pre>
        <p className="text-xs text-muted">
          <code className="font-mono">$PLLM_KEY</code> stands for your key.
          {model === null ? " MODEL stands for a model of a provider that has a key." : ""}
        </p>
        <div className="flex flex-wrap gap-2">
          <a href={docsPath} className={buttonLook()}>
            API reference
          </a>
          <a href={openApiPath} className={buttonLook({ tone: "ghost" })}>
            OpenAPI document
          </a>
        </div>
      </div>
    </Card>
  );
}
