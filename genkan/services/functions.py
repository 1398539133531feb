"""Lambda functions of the embedded service, run: Python handlers, each invocation a program on the
host outside every VPC (decision 34).

The emulator would run a container; what it keeps of functions, who may invoke them and where their
logs go stays its own. It answers an invocation with a payload, whether that is an error, and a log.
"""

import io
import json
import logging
import re
import shutil
import sys
import tempfile
import time
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genkan.services.reach import Reach, Unreachable

LOG = logging.getLogger(__name__)
PYTHON = re.compile(r"python(3\.\d+)")
FUNCTION = re.compile(r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:([\w-]+)(?::([\w$-]+))?")
BOOTSTRAP = str(Path(__file__).with_name("function_bootstrap.py"))
LARGEST = 6 << 20  # bytes of an answer
LARGEST_CODE = 250 << 20  # bytes of a function's files
OURS = "GENKAN_"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation gave: its answer as JSON text, whether that is an error, the log."""

    payload: str
    failed: bool
    log: str


class NotRun(Exception):
    """A function cannot be run here: why."""


def find_function(arn: str) -> Any:  # noqa: ANN401 - moto's
    """Give a function by its ARN; None where there is none."""
    from moto.awslambda.exceptions import LambdaClientError
    from moto.awslambda.models import lambda_backends

    named = FUNCTION.fullmatch(arn)
    if named is None:
        return None
    region, account, name, qualifier = named.groups()
    functions = lambda_backends[account][region]._lambdas
    try:
        return functions.get_function_by_name_with_qualifier(name, qualifier)
    except LambdaClientError:
        return None


def invoke(function: Any, event: object, reach: Reach) -> Outcome:  # noqa: ANN401 - moto's
    """Invoke a function with an event, and write its log down."""
    function.logs_backend.ensure_log_group(function.logs_group_name)
    request_id, began = str(uuid.uuid4()), time.monotonic()
    try:
        outcome = _run(function, event, request_id, reach)
    except (NotRun, Unreachable, OSError) as error:
        LOG.error("%s is not run: %s", function.function_arn, error)
        told = {"errorMessage": str(error), "errorType": "Runtime.NotRun"}
        outcome = Outcome(json.dumps(told), True, f"{error}\n")
    taken = (time.monotonic() - began) * 1000
    log = (
        f"START RequestId: {request_id} Version: {function.version}\n{outcome.log}"
        f"END RequestId: {request_id}\n"
        f"REPORT RequestId: {request_id}\tDuration: {taken:.2f} ms"
        f"\tMemory Size: {function.memory_size} MB\n"
    )
    function.save_logs(log)
    return Outcome(outcome.payload, outcome.failed, log)


def run_functions(reach: Reach) -> None:
    """Have the emulator's functions run here and not in containers."""
    from moto.awslambda.models import LambdaFunction

    def run(function: Any, event: Any = None) -> tuple[str, bool, str]:  # noqa: ANN401 - moto's
        outcome = invoke(function, {} if event == "{}" else event, reach)
        return outcome.payload, outcome.failed, outcome.log

    function_type: Any = LambdaFunction
    function_type._invoke_lambda = run


def _run(function: Any, event: object, request_id: str, reach: Reach) -> Outcome:  # noqa: ANN401
    python = _python_of(function)
    folder = tempfile.mkdtemp(prefix="genkan-function-")
    try:
        _unpack(function.code_bytes, Path(folder))
        environment = {
            **_told(function, request_id),
            **reach.role_environment(function.role, function.function_name),
            **{name: str(value) for name, value in function.environment_vars.items()},
        }
        ended = reach.run(
            [python, "-B", BOOTSTRAP, str(function.handler)],
            json.dumps({} if event is None else event).encode(),
            environment,
            folder,
            float(function.timeout),
            int(function.memory_size) << 20,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    log = ended.errors.decode("utf-8", "replace")
    if ended.code is None:
        why = f"Task timed out after {float(function.timeout):.2f} seconds"
        told = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {request_id} {why}"}
        return Outcome(json.dumps(told), True, f"{log}{request_id} {why}\n")
    if len(ended.output) > LARGEST:
        why = f"the answer has more than {LARGEST} bytes"
        told = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": why}
        return Outcome(json.dumps(told), True, f"{log}{why}\n")
    if not ended.output:
        why = f"Runtime exited with error: exit status {ended.code}"
        told = {
            "errorType": "Runtime.ExitError",
            "errorMessage": f"RequestId: {request_id} Error: {why}",
        }
        return Outcome(json.dumps(told), True, f"{log}{why}\n")
    return Outcome(ended.output.decode(), ended.code != 0, log)


def _python_of(function: Any) -> str:  # noqa: ANN401 - moto's
    """Give the interpreter that a function asks for; the site's own where the machine has it not.
    Raises NotRun."""
    if function.package_type != "Zip":
        raise NotRun(f"{function.function_name} is an image, and a site runs no containers.")
    named = PYTHON.fullmatch(function.run_time or "")
    if named is None:
        raise NotRun(
            f"{function.function_name} asks for {function.run_time}; a site runs functions of "
            "Python, by the interpreters of this machine."
        )
    if function._vpc_config and function._vpc_config.get("SubnetIds"):
        raise NotRun(
            f"{function.function_name} is attached to a VPC, and a site gives functions no "
            "interfaces. Run it outside: update-function-configuration with an empty VpcConfig."
        )
    if sys.version_info[:2] == tuple(map(int, named[1].split("."))):
        return sys.executable
    return shutil.which(f"python{named[1]}") or sys.executable


def _unpack(code: bytes, folder: Path) -> None:
    """Put a function's files up. Raises NotRun."""
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_CODE:
                raise NotRun(f"its files have more than {LARGEST_CODE} bytes")
            packed.extractall(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise NotRun(f"its code is no zip file that can be read: {error}") from error


def _told(function: Any, request_id: str) -> dict[str, str]:  # noqa: ANN401 - moto's
    """Give the variables that every function finds."""
    return {
        "_HANDLER": str(function.handler),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_STREAM_NAME": f"[{function.version}]{request_id}",
        f"{OURS}FUNCTION_ARN": function.function_arn,
        f"{OURS}REQUEST_ID": request_id,
        f"{OURS}FUNCTION_TIMEOUT": str(function.timeout),
    }
