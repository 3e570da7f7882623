/** The colours of series, by name; app/globals.css has them for light and dark. Pure. */
export type Colour = "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "other";

const inOrder = ["1", "2", "3", "4", "5", "6", "7", "8"] as const satisfies readonly Colour[];

/** The colour of the series at a place, when the first ones have the most to show. */
export function colourAt(index: number): Colour {
  return inOrder[index] ?? "other";
}

const values: Record<Colour, string> = {
  "1": "var(--color-series-1)",
  "2": "var(--color-series-2)",
  "3": "var(--color-series-3)",
  "4": "var(--color-series-4)",
  "5": "var(--color-series-5)",
  "6": "var(--color-series-6)",
  "7": "var(--color-series-7)",
  "8": "var(--color-series-8)",
  other: "var(--color-series-other)",
};

/** As a shape of a drawing takes it. */
export function paintOf(colour: Colour): string {
  return values[colour];
}
