import { classNames } from "@/components/ui/class-names";
import type { Colour } from "./colours";

const looks: Record<Colour, string> = {
  "1": "bg-series-1",
  "2": "bg-series-2",
  "3": "bg-series-3",
  "4": "bg-series-4",
  "5": "bg-series-5",
  "6": "bg-series-6",
  "7": "bg-series-7",
  "8": "bg-series-8",
  other: "bg-series-other",
};

interface SwatchProps {
  colour: Colour;
  /** How it is drawn, where that is not as an area or a line of its own. */
  drawn?: "dashes" | "rule";
}

/** The colour of a series, beside its name. */
export function Swatch({ colour, drawn }: SwatchProps) {
  if (drawn === "dashes")
    return (
      <span aria-hidden="true" className="inline-flex shrink-0 gap-0.5 self-center">
        <span className={classNames("h-0.5 w-1.5", looks[colour])} />
        <span className={classNames("h-0.5 w-1.5", looks[colour])} />
      </span>
    );
  const shape = drawn === "rule" ? "h-0.5 w-3.5 self-center" : "size-2.5 rounded-sm";
  return <span aria-hidden="true" className={classNames("inline-block shrink-0", shape, looks[colour])} />;
}
