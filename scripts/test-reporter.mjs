/**
 * Vitest reporter of scripts/test.mjs: says nothing about tests, which the JSON report holds, and everything that should not
 * have been said: console output of a test, errors outside any test.
 */

function print(text) {
  process.stderr.write(`${text.trimEnd()}\n`);
}

export default class StrayOutputReporter {
  /** @type {import("vitest/node").Vitest | undefined} */
  vitest;

  onInit(vitest) {
    this.vitest = vitest;
  }

  onUserConsoleLog(log) {
    const entity = log.taskId ? this.vitest?.state.getReportedEntityById(log.taskId) : undefined;
    print(`stray ${log.type} in ${entity?.fullName ?? entity?.relativeModuleId ?? "a test file"}: ${log.content}`);
  }

  onTestRunEnd(_modules, unhandledErrors) {
    for (const error of unhandledErrors) print(`error outside any test: ${error.stack ?? error.message}`);
  }
}
