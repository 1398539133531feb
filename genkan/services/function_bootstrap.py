"""A Lambda function's handler, called once with the event on standard input: the program that is
run for an invocation. It imports nothing of Genkan.

What it answers is written to the descriptor that was standard output; what the function prints goes
to standard error. "Building Lambda functions with Python" in the Lambda developer guide.

    python function_bootstrap.py HANDLER
"""

import importlib
import json
import os
import sys
import time
import traceback


class Context:
    """What a handler is told of its invocation."""

    def __init__(self) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = os.environ["GENKAN_FUNCTION_ARN"]
        self.aws_request_id = os.environ["GENKAN_REQUEST_ID"]
        self.identity = self.client_context = None
        self._end = time.monotonic() + float(os.environ["GENKAN_FUNCTION_TIMEOUT"])

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


def main() -> None:
    """Call the handler; end with 1 where it raised, and say what."""
    answer = os.dup(1)
    os.dup2(2, 1)
    code, context = 0, Context()
    try:
        module, _, name = sys.argv[1].rpartition(".")
        sys.path[0] = os.getcwd()
        handler = getattr(importlib.import_module(module.replace("/", ".")), name)
        found = json.dumps(handler(json.load(sys.stdin), context))
    except BaseException as error:
        traceback.print_exc()
        trace = traceback.format_tb(error.__traceback__)[1:]
        told = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "requestId": context.aws_request_id,
            "stackTrace": trace,
        }
        code, found = 1, json.dumps(told)
    sys.stdout.flush()
    with os.fdopen(answer, "w") as out:
        out.write(found)
    os._exit(code)


main()
