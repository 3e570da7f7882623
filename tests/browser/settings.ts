/** What the suite's server is started with, and where its tests find it. */
export const masterKey = "browser-tests-master-Kp4Tz8Wq2Lm6";
export const sessionSecret = "browser-tests-sessions-Vd7Rn3Xy9Hs2Bq5Jw8";
export const originVariable = "PLLM_BROWSER_ORIGIN";
