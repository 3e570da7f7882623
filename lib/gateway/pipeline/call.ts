/** One call on its way through the pipeline: what each step adds for those after it. */
import type { NanoUsd, Price } from "@/lib/money";
import type { Credential, ModelRoute } from "../directory/types";
import type { Exchange } from "../exchange";
import type { Hold } from "../ledger/types";
import type { Admission } from "../limits/limiter";
import type { Caller } from "./caller";
import type { CallRequest, Endpoint } from "./request";

/** A call as it comes to the pipeline. */
export interface Incoming {
  exchange: Exchange;
  requestId: string;
  caller: Caller;
  endpoint: Endpoint;
  /** By `performance.now()`. */
  arrivedAt: number;
}

/** When the steps were done, by `performance.now()`. */
export interface CallTimes {
  readonly arrived: number;
  readonly authenticated: number;
  read: number;
  limited: number;
  held: number;
}

/** One request to a provider; times by `performance.now()`. */
export interface Attempt {
  credentialId: string | null;
  sentAt: number;
  answeredAt: number | null;
  httpStatus: number | null;
  error: string | null;
}

export interface Call {
  exchange: Exchange;
  requestId: string;
  caller: Caller;
  request: CallRequest;
  model: ModelRoute;
  /** What the call is charged at: the model's price, or the ceiling where it has none. */
  price: Price;
  priceId: string | null;
  isCeiling: boolean;
  startedAtMs: number;
  admission: Admission;
  estimateNano: NanoUsd;
  hold: Hold;
  times: CallTimes;
  attempts: Attempt[];
  /** The one used last; null before, and where the provider needs none. */
  credential: Credential | null;
  /** The last attempt was sent and has not been answered: the provider may have read the prompt. */
  isUnanswered: boolean;
  firstTokenAtMs: number | null;
  /** Ends the request to the provider; set while there is one. */
  stopUpstream: (() => void) | null;
}
