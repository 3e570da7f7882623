import type { ComponentProps, ReactNode } from "react";
import { Input } from "@/components/ui/input";
import { FormField } from "./form-shell";

interface TextFieldProps
  extends Pick<
    ComponentProps<"input">,
    "type" | "inputMode" | "autoComplete" | "min" | "max" | "placeholder" | "spellCheck"
  > {
  path: string;
  label: ReactNode;
  hint?: ReactNode;
  value: string;
  onChange: (value: string) => void;
}

/** One line of text. */
export function TextField({ path, label, hint, value, onChange, ...input }: TextFieldProps) {
  return (
    <FormField path={path} label={label} hint={hint}>
      {(control) => (
        <Input
          autoComplete="off"
          className="h-9 text-sm"
          {...input}
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </FormField>
  );
}
