import { Select } from "@/components/ui/select";
import { FormField } from "./form-shell";

interface ChoiceFieldProps<Value extends string> {
  path: string;
  label: string;
  hint?: string;
  value: Value;
  onChange: (value: Value) => void;
  /** Values and how they read, in this order. */
  choices: readonly (readonly [value: Value, label: string])[];
}

/** One out of a few. */
export function ChoiceField<Value extends string>({
  path,
  label,
  hint,
  value,
  onChange,
  choices,
}: ChoiceFieldProps<Value>) {
  return (
    <FormField path={path} label={label} hint={hint}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={({ target }) => {
            const chosen = choices.find(([name]) => name === target.value);
            if (chosen) onChange(chosen[0]);
          }}
        >
          {choices.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </FormField>
  );
}
