"use client";

import type { ControlProps } from "@/components/form/field";
import { Input } from "@/components/ui/input";

interface SecretInputProps {
  control: ControlProps;
  value: string;
  onChange: (value: string) => void;
}

/** For a provider's key: it goes in and is never shown again, so no browser shall keep it either. */
export function SecretInput({ control, value, onChange }: SecretInputProps) {
  return (
    <Input
      {...control}
      type="password"
      autoComplete="new-password"
      spellCheck={false}
      className="h-9 font-mono text-sm"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
