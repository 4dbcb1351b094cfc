/** The one kind of error that asking the server ends in. */

/** A question without an answer. `status` is the HTTP status, 0 where the server was not reached. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    message: string,
    /** The path and parameters that were asked, to be shown with the error. */
    readonly question: string,
  ) {
    super(message);
  }
}

/** The error itself if it is an `ApiError`; any other is wrapped, as of a server that was not reached. */
export function asApiError(error: unknown, question: string): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, error instanceof Error ? error.message : String(error), question);
}
