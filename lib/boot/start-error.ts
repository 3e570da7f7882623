/** A reason not to start whose message is all that an operator needs: no stack, no cause. */
export class StartError extends Error {
  override readonly name = "StartError";
}
