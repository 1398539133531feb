"""Which bucket, access point or account a name of S3 means, outside and through an endpoint."""

import pytest

from genkan.front.s3_names import bucket_in, public_host

REGION = "ap-northeast-1"
ENDPOINT = f"vpce-0123456789abcdef0-l1b1e7oj.s3.{REGION}.vpce.amazonaws.com"
ZONAL = f"vpce-0123456789abcdef0-l1b1e7oj-{REGION}a.s3.{REGION}.vpce.amazonaws.com"
POINT = "arn%3Aaws%3As3%3Aap-northeast-1%3A123456789012%3Aaccesspoint%2Forders-ap"


@pytest.mark.parametrize(
    ("host", "public", "bucket"),
    [
        (f"bucket.{ENDPOINT}", f"s3.{REGION}.amazonaws.com", None),
        (f"orders.bucket.{ENDPOINT}", f"orders.s3.{REGION}.amazonaws.com", "orders"),
        (f"a.b.bucket.{ZONAL}", f"a.b.s3.{REGION}.amazonaws.com", "a.b"),
        (
            f"orders-ap-123456789012.accesspoint.{ENDPOINT}",
            f"orders-ap-123456789012.s3-accesspoint.{REGION}.amazonaws.com",
            POINT,
        ),
        (
            f"123456789012.control.{ENDPOINT}",
            f"123456789012.s3-control.{REGION}.amazonaws.com",
            None,
        ),
        (f"control.{ENDPOINT}", f"s3-control.{REGION}.amazonaws.com", None),
        (ENDPOINT, None, None),
        (f"orders.s3.{REGION}.amazonaws.com", None, "orders"),
        (f"orders-ap-123456789012.s3-accesspoint.{REGION}.amazonaws.com", None, POINT),
        (f"s3.{REGION}.amazonaws.com", None, None),
        ("orders.example.com", None, None),
    ],
)
def test_what_a_name_means(host, public, bucket):
    assert public_host(host, REGION) == public
    assert bucket_in(host, REGION) == bucket
