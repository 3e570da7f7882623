"use client";

import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { useOrigin } from "@/components/ui/use-origin";
import { SnippetPanel } from "./snippet-panel";
import { TargetPanel } from "./target-panel";
import { TestPanel } from "./test-panel";
import { useTarget } from "./use-target";

function Connected() {
  const origin = useOrigin();
  const target = useTarget();
  return (
    <div className="grid gap-4">
      <TargetPanel target={target} origin={origin} />
      <div className="grid items-start gap-4 lg:grid-cols-5">
        <div className="min-w-0 lg:col-span-3">
          <SnippetPanel facts={{ origin, model: target.model ?? "MODEL" }} keyName={target.key?.name ?? null} />
        </div>
        <div className="min-w-0 lg:col-span-2">
          <TestPanel target={target} />
        </div>
      </div>
    </div>
  );
}

/** How to call a model from one's own and other people's programs, and the proof that it works. */
export function ConnectView() {
  return (
    <>
      <PageHeader
        title="Connect"
        lead="Any program that speaks to OpenAI speaks to this server: with its address and a key."
      />
      <RequireRight action="models.read" title="Connect">
        <Connected />
      </RequireRight>
    </>
  );
}
