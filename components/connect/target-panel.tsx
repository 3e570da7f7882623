"use client";

import Link from "next/link";
import { Field } from "@/components/form/field";
import { Picker } from "@/components/form/picker";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { keysPath } from "@/lib/paths";
import { callableModelSource, liveKeySource } from "./sources";
import type { Target } from "./use-target";

interface TargetPanelProps {
  target: Target;
  origin: string;
}

/** Where to call, with which key, and which model. */
export function TargetPanel({ target, origin }: TargetPanelProps) {
  const { keyId, key, keyProblem, model, isRuledOut, change } = target;
  const name = key?.name ?? keyId ?? "";
  return (
    <Card title="What to call">
      <div className="grid items-start gap-4 px-4 py-4 md:grid-cols-3">
        <div className="min-w-0 space-y-1.5">
          <h3 className="text-sm font-medium">Base URL</h3>
          <div className="flex min-h-9 items-center gap-2">
            <code className="min-w-0 flex-1 rounded-md border border-line bg-sunken px-3 py-1.5 font-mono text-sm break-all">
              {origin}/v1
            </code>
            <CopyButton text={`${origin}/v1`} label="the base URL" />
          </div>
          <p className="text-xs text-muted">This server, as your browser reaches it.</p>
        </div>
        <Field
          label="Key"
          error={keyProblem}
          hint={
            keyId === null ? (
              <>
                None chosen: everything below works with any key.{" "}
                <Link href={keysPath} className="text-accent underline">
                  My keys
                </Link>
              </>
            ) : (
              "Its secret was shown once, when it was made; nobody can look it up."
            )
          }
        >
          {(control) => (
            <Picker
              {...control}
              source={liveKeySource}
              placeholder="Any key"
              value={keyId === null ? null : { id: keyId, label: name }}
              onChange={(option) => change({ key: option?.id ?? null })}
            />
          )}
        </Field>
        <Field
          label="Model"
          // Of a key that is no good, nothing is to be said of its models.
          error={
            isRuledOut && !keyProblem ? `${keyId ? `The key ${name}` : "A key of yours"} may not call it.` : undefined
          }
          hint={model === null && !keyProblem ? "There is none that you may call." : "Models that you may really call."}
        >
          {(control) => (
            <Picker
              {...control}
              source={callableModelSource(keyId)}
              placeholder="Find a model"
              value={model ? { id: model, label: model } : null}
              onChange={(option) => change({ model: option?.id ?? null })}
            />
          )}
        </Field>
      </div>
    </Card>
  );
}
