"""The same calls as a shell script, for where Genkan is not installed: the AWS CLI is enough."""

import json
import re
from collections.abc import Iterator

from genkan.imports.collection import POLICIES, STEPS, Step

EVERY = (*STEPS, *POLICIES)
NAMES = {"s3": "s3api"}  # that the AWS CLI calls otherwise

ELSEWHERE = {  # members that are not called as their call is
    "PrefixLists": "DescribeManagedPrefixLists",
    "ServiceConfigurations": "DescribeVpcEndpointServiceConfigurations",
    "QueueUrls": "ListQueues",
    "SecretList": "ListSecrets",
}
HEAD = """\
#!/bin/sh
# Read-only calls that describe the network of an account, for `genkan trace --from FOLDER` and the
# other commands that read one. Needs the AWS CLI, and its settings for the account and the Region.
# Usage: sh collect.sh FOLDER [OPERATION...]   # only these operations, such as describe-vpcs
set -u
folder=${1:?usage: sh collect.sh FOLDER [OPERATION...]}
shift
account=$(aws sts get-caller-identity --query Account --output text) || exit 3
region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}
place=$folder/$account/$region
mkdir -p "$place"
wanted=" $* "
refused=0

wants() { [ "$wanted" = "  " ] || case $wanted in *" $1 "*) true ;; *) false ;; esac; }

why=$(mktemp) || exit 3
trap 'rm -f "$why"' EXIT

# ask SERVICE OPERATION "PARAMETERS AS JSON" FILE [OPTIONS...]
# $absent: the code of a refusal that says that there is nothing
ask() {
  service=$1 operation=$2 parameters=$3 file=$place/$4
  shift 4
  wants "$operation" || return 0
  answer=
  if answer=$(aws "$service" "$operation" "$@" --output json 2>"$why") ||
    { [ -n "${absent:-}" ] && grep -q "$absent" "$why"; }; then
    [ -n "$answer" ] || answer='{}'
    {
      printf '{"Operation": "%s:%s", "Account": "%s", ' "$service" "$operation" "$account"
      printf '"Region": "%s", "Parameters": %s, "Response": ' "$region" "$parameters"
      printf '%s}\\n' "$answer"
    } >"$file"
  else
    cat "$why" >&2
    refused=$((refused + 1))
  fi
}

# each SERVICE OPERATION QUERY: the things that an answer names, a line each
each() { aws "$1" "$2" --query "$3" --output text | tr '\\t' '\\n' | grep -v '^None$'; }

"""
TAIL = """
[ "$refused" = 0 ] || { echo "$refused calls were refused" >&2; exit 1; }
"""


def script() -> str:
    """Give the script's text."""
    return HEAD + "\n".join(line for step in EVERY for line in _lines(step)) + TAIL


def _lines(step: Step) -> Iterator[str]:
    operation, service = _kebab(step.operation), NAMES.get(step.service, step.service)
    fixed = "".join(f" --{_kebab(name)} {_words(one)}" for name, one in step.parameters.items())
    if step.each is None:
        yield f"ask {service} {operation} '{{}}' {service}-{operation}.json{fixed}"
        return
    member, key, parameter = step.each
    origin = next(one for one in EVERY if one.each is None and _holds(one, member))
    extra = "".join(
        f", {json.dumps(name)}: {json.dumps(one)}" for name, one in step.parameters.items()
    ).replace('"', '\\"')
    suffix = "".join(f"-{_words(one).replace(' ', '-')}" for one in step.parameters.values())
    query = f"{member}[].{key}" if key else f"{member}[]"
    asked = NAMES.get(origin.service, origin.service)
    listing = f"each {asked} {_kebab(origin.operation)} '{query}'"
    if step.absent:
        yield f"absent={step.absent}"
    yield f"wants {operation} && for one in $({listing}); do"
    yield "  one=${one#/hostedzone/}"
    yield '  name=$(printf %s "$one" | tr -c "[:alnum:]_." -)'
    yield (
        f'  ask {service} {operation} "{{\\"{parameter}\\": \\"$one\\"{extra}}}" '
        f'"{service}-{operation}-$name{suffix}.json" --{_kebab(parameter)} "$one"{fixed}'
    )
    yield "done"
    if step.absent:
        yield "absent="


def _words(value: object) -> str:
    """Write a parameter's value as the AWS CLI takes it."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _holds(step: Step, member: str) -> bool:
    """Tell whether a call lists a member's things."""
    if member in ELSEWHERE:
        return step.operation == ELSEWHERE[member]
    return step.operation in (f"Describe{member}", f"List{member}")


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
