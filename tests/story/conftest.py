"""A site of one's own for a module of tests, started as root or as an ordinary user."""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

AS_USER = Path(__file__).with_name("as_user.py")
BIN = Path(sys.executable).parent
REGION = "ap-northeast-1"
T = TypeVar("T")


class RunningSite:
    """A site's commands and its API."""

    def __init__(self, home: Path, ordinary: bool) -> None:
        self.home = home
        self.ordinary = ordinary
        self.prefix = [sys.executable, str(AS_USER)] if ordinary else []
        self.environment = {
            **os.environ,
            "GENKAN_HOME": str(home),
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }

    def genkan(
        self, *arguments: str, wrong: int = 0, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of ours; its exit code has to be `wrong`."""
        result = self.attempt("genkan", *arguments, timeout=timeout)
        assert result.returncode == wrong, (arguments, result.stdout, result.stderr)
        return result

    def attempt(self, *command: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, *command],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def inside(
        self, target: str, *command: str, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in an instance, whatever its exit code."""
        return self.attempt("genkan", "exec", target, "--", *command, timeout=timeout)

    def dig(self, target: str, name: str, kind: str = "A") -> list[str]:
        """Ask for a name in an instance; give the addresses in order."""
        answer = self.inside(target, "dig", "+short", "+time=2", "+tries=1", name, kind).stdout
        return sorted(answer.split())

    def put_metric(self, target: str, name: str) -> subprocess.CompletedProcess[str]:
        """Make a signed CloudWatch call with the AWS CLI in an instance."""
        command = (
            "aws cloudwatch put-metric-data --namespace Story --value 1"
            " --cli-connect-timeout 3 --cli-read-timeout 30"  # the first wakes its service
        )
        settings = ("env", "AWS_MAX_ATTEMPTS=1", f"AWS_DEFAULT_REGION={REGION}")
        return self.inside(target, *settings, *command.split(), "--metric-name", name)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Give the records of calls whose parameters mention `name`."""
        records = map(json.loads, self.genkan("events", "--json").stdout.splitlines())
        return [one for one in records if name in json.dumps(one.get("requestParameters"))]

    def processes(self) -> dict[str, int]:
        """Give the pids of the site's processes, as the machine sees them."""
        shown = json.loads(self.genkan("status", "-o", "json").stdout)["processes"]
        return {process["name"]: process["pid"] for process in shown}

    def exported(self) -> dict[str, str]:
        """Give what `genkan env` exports."""
        return dict(
            shlex.split(line)[1].split("=", 1)
            for line in self.genkan("env").stdout.splitlines()
            if line.startswith("export ")
        )

    def client(
        self, service: str, region: str = REGION, *, retries: int = 1, **settings: Any
    ) -> Any:
        exported = self.exported()
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=exported["AWS_ENDPOINT_URL"],
            aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": retries}, connect_timeout=5, read_timeout=30),
            **settings,
        )


def until(get: Callable[[], T], want: Callable[[T], bool], seconds: float = 20) -> T:
    """Ask until the answer is the wanted one; fail with the last one."""
    end = time.monotonic() + seconds
    while not want(value := get()):
        assert time.monotonic() < end, value
        time.sleep(0.05)
    return value


@contextlib.contextmanager
def running_site(ordinary: bool, *options: str) -> Iterator[RunningSite]:
    """Start a site with options of `up`; it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="gk-"))
    if ordinary and os.geteuid() == 0:
        os.chown(home, 61234, 61234)
    site = RunningSite(home, ordinary)
    try:
        site.genkan("up", *options)
        yield site
    finally:
        site.attempt("genkan", "down")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module", params=["root", "user"])
def site(request: pytest.FixtureRequest) -> Iterator[RunningSite]:
    """A site that is up, with an empty default account."""
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("this is not root; run the tests with sudo to start a site as root")
    with running_site(ordinary=request.param == "user") as one:
        yield one
