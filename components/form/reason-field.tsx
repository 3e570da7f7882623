import { Input } from "@/components/ui/input";
import { Field } from "./field";

interface ReasonFieldProps {
  value: string;
  onChange: (value: string) => void;
  hint: string;
}

/** Why something is done, for whoever asks later. */
export function ReasonField({ value, onChange, hint }: ReasonFieldProps) {
  return (
    <Field label="Reason" hint={hint}>
      {(control) => (
        <Input {...control} className="h-9 text-sm" value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
