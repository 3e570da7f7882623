/** Whether a provider can answer calls as its credentials stand. Pure; the gateway decides by it, the control plane tells by it. */

export interface ServingFacts {
  /** Whether it is one of the catalogue's. */
  builtin: boolean;
  /** How many credentials it has, whatever their state. */
  credentials: number;
  /** How many of them a call may be sent with. */
  usable: number;
}

/** `open`: it asks for none; `none`: it wants one, and there is none to be used. In this order a plain name of a model is given away. */
export const servings = ["keyed", "open", "none"] as const;
export type Serving = (typeof servings)[number];

/**
 * A provider of the catalogue answers nobody without a credential. One that somebody added may ask for none, unless it was given one:
 * switching that off must not send calls on without it.
 */
export function servingOf({ builtin, credentials, usable }: ServingFacts): Serving {
  if (usable > 0) return "keyed";
  return builtin || credentials > 0 ? "none" : "open";
}
