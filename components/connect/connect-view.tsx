"use client";

import { PageHeader } from "@/components/layout/page-header";
import { RequireRight } from "@/components/me/require-right";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
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
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <div className="min-w-0 lg:col-span-2">
          {target.keyProblem || target.isRuledOut ? (
            <Card title="In your program">
              <Empty title="Nothing that would work">
                Choose {target.keyProblem ? "a key" : "a model"} that can be called with.
              </Empty>
            </Card>
          ) : (
            <SnippetPanel facts={{ origin, model: target.model ?? "MODEL" }} keyName={target.key?.name ?? null} />
          )}
        </div>
        <TestPanel target={target} />
      </div>
    </div>
  );
}

/** How to call a model from one's own and other people's programs, and the proof that it works. */
export function ConnectView() {
  return (
    <>
      <PageHeader title="Connect" lead="Whatever speaks to OpenAI can call this server, with a key." />
      <RequireRight action="models.read" title="Connect">
        <Connected />
      </RequireRight>
    </>
  );
}
