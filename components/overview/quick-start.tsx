"use client";

import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import Link from "next/link";
import { findTool } from "@/components/connect/snippets";
import { buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { useOrigin } from "@/components/ui/use-origin";
import { myModelsQuery } from "@/lib/me/queries";
import { connectPath, docsPath } from "@/lib/paths";

/** How a program calls a model through this server; `keysAt` is where the visitor makes keys. */
export function QuickStart({ keysAt }: { keysAt: string }) {
  const origin = useOrigin();
  const { data } = useQuery(myModelsQuery({ kind: "chat", limit: 1 }));
  const model = data?.data[0]?.call_as;
  const snippet = findTool("curl").snippets({ origin, model: model ?? "MODEL" })[0]?.text ?? "";
  return (
    <Card title="Quick start" action={<CopyButton text={snippet} label="the command" />}>
      <div className="space-y-3 px-4 py-4 text-sm">
        <p className="text-muted">
          Any OpenAI client works with the base URL <code className="font-mono break-all text-ink">{origin}/v1</code>{" "}
          and{" "}
          <Link href={keysAt} className="text-accent underline">
            a key
          </Link>
          :
        </p>
        <pre className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap">
          <code>{snippet}</code>
        </pre>
        <p className="text-xs text-muted">
          <code className="font-mono">$PLLM_KEY</code> stands for your key.
          {data && model === undefined ? " MODEL stands for a model of a provider that has a key." : ""}
        </p>
        <div className="flex flex-wrap gap-2">
          <Link href={connectPath} className={buttonLook()}>
            <Plug aria-hidden="true" className="size-3.5" />
            Connect a program, or try it
          </Link>
          <a href={docsPath} className={buttonLook({ tone: "ghost" })}>
            API reference
          </a>
        </div>
      </div>
    </Card>
  );
}
