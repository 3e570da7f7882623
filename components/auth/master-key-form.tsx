"use client";

import { Eye, EyeOff, LoaderCircle } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useHydrated } from "@/components/ui/use-hydrated";
import { signInWithMasterKey } from "@/lib/client/session";
import { authEndpoints, localPath } from "@/lib/paths";
import { describeProblem } from "./problems";

interface MasterKeyFormProps {
  /** Where to go afterwards, as the address bar has it: anybody may have written it. */
  returnTo: string | null;
}

export function MasterKeyForm({ returnTo }: MasterKeyFormProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isShown, setIsShown] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const isReady = useHydrated() && !isBusy;
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const isWrong = problem === "master_key_wrong";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setIsBusy(true);
    const failure = await signInWithMasterKey(input.current?.value ?? "");
    if (!failure) return window.location.assign(localPath(returnTo, window.location.origin));
    setProblem(failure);
    setIsBusy(false);
    input.current?.focus();
    input.current?.select();
  }

  // Should the form ever be sent without this script, then by POST too: the key must never stand in an address.
  return (
    <form method="post" action={authEndpoints.masterKey} onSubmit={submit} className="flex flex-col gap-4">
      {problem ? (
        <Alert id={`${id}-problem`} tone="danger">
          {describeProblem(problem)}
        </Alert>
      ) : null}
      {/* What a password manager files the key under. */}
      <input type="text" name="username" autoComplete="username" defaultValue="master key" readOnly hidden />
      <div className="space-y-1.5">
        <label htmlFor={`${id}-key`} className="block text-sm font-medium">
          Master key
        </label>
        <div className="relative">
          <Input
            ref={input}
            id={`${id}-key`}
            name="master_key"
            type={isShown ? "text" : "password"}
            autoComplete="current-password"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            required
            aria-invalid={isWrong || undefined}
            aria-describedby={isWrong ? `${id}-problem ${id}-hint` : `${id}-hint`}
            className="pr-11 font-mono"
          />
          <Button
            tone="ghost"
            size="icon"
            className="absolute top-1 right-1"
            aria-pressed={isShown}
            aria-label="Show the key"
            onClick={() => setIsShown(!isShown)}
            disabled={!isReady}
          >
            {isShown ? <EyeOff aria-hidden="true" className="size-4" /> : <Eye aria-hidden="true" className="size-4" />}
          </Button>
        </div>
        <p id={`${id}-hint`} className="text-xs text-muted">
          It was printed at the first start, or is what <code className="font-mono">PLLM_MASTER_KEY</code> holds.
        </p>
      </div>
      <Button type="submit" tone="primary" size="md" className="w-full" disabled={!isReady}>
        {isBusy ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
