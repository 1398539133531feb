"""What a model says of a parameter is told at once, with the value and what it must be."""

import pytest

from genkan.api.constraints import ConstraintBroken, check_constraints

LONG = "n" * 65


def told(service: str, operation: str, **parameters: object) -> tuple[str, str]:
    with pytest.raises(ConstraintBroken) as refused:
        check_constraints(service, operation, parameters)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize(
    ("parameters", "where", "must"),
    [
        ({"Name": LONG}, f"Value '{LONG}' at 'name'", "have length less than or equal to 64"),
        ({"Direction": "UP"}, "Value 'UP' at 'direction'", "satisfy enum value set: [INBOUND, "),
        ({"IpAddresses": []}, "Value '[]' at 'ipAddresses'", "length greater than or equal to 2"),
        (
            {"IpAddresses": [{"SubnetId": "s"}, {"SubnetId": LONG}]},
            f"Value '{LONG}' at 'ipAddresses.2.member.subnetId'",
            "have length less than or equal to 32",
        ),
    ],
)
def test_a_constraint_is_told_with_value_and_place(parameters, where, must):
    code, message = told("route53resolver", "CreateResolverEndpoint", **parameters)
    assert code == "ValidationException"
    assert message.startswith(f"1 validation error detected: {where} failed to satisfy constraint")
    assert must in message


def test_all_that_is_broken_is_told_at_once():
    _, message = told("route53resolver", "CreateResolverEndpoint", Name=LONG, Direction="UP")
    assert message.startswith("2 validation errors detected: ")


def test_sts_has_a_code_of_its_own():
    code, message = told("sts", "GetSessionToken", DurationSeconds=899)
    assert code == "ValidationError"
    assert "'durationSeconds'" in message
    assert "have value greater than or equal to 900" in message


def test_what_a_model_allows_and_other_services_pass():
    check_constraints("sts", "GetSessionToken", {"DurationSeconds": 900})
    check_constraints("ec2", "CreateVpc", {"CidrBlock": "x" * 999})
