"""Load balancers, their listeners and targets of a state."""

from collections.abc import Callable, Iterator

from genkan.imports.documents import Document
from genkan.imports.members import Row, optional, rows, texts
from genkan.imports.terraform.networks import SUBNETS
from genkan.imports.terraform.rows import Rows, made_id, owner_of, present, tags_of

BALANCERS = ("aws_lb", "aws_alb")
LISTENERS = ("aws_lb_listener", "aws_alb_listener")
GROUPS = ("aws_lb_target_group", "aws_alb_target_group")
ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")
INTERFACE_TYPES = {"network": "network_load_balancer", "gateway": "gateway_load_balancer"}
CROSS_ZONE = "load_balancing.cross_zone.enabled"


def documents(state: Rows) -> Iterator[Document]:
    """Give the answers about a state's load balancers."""
    yield state.document(
        {
            "LoadBalancers": [_balancer(row) for row in state.of(*BALANCERS)],
            "Listeners": [_listener(row) for row in state.of(*LISTENERS)],
            "TargetGroups": [_group(row) for row in state.of(*GROUPS)],
        }
    )
    for row in state.of(*BALANCERS):
        yield state.document(
            {"Attributes": list(_balancer_attributes(row))}, LoadBalancerArn=str(row["arn"])
        )
    for row in state.of(*GROUPS):
        arn = str(row["arn"])
        targets = [
            one for kind in ATTACHMENTS for one in state.where(kind, "target_group_arn", arn)
        ]
        yield state.document(
            {
                "TargetHealthDescriptions": [
                    {
                        "Target": present(
                            Id=one.get("target_id"),
                            Port=one.get("port"),
                            AvailabilityZone=one.get("availability_zone"),
                        )
                    }
                    for one in targets
                ]
            },
            TargetGroupArn=arn,
        )
        yield state.document({"Attributes": list(_group_attributes(row))}, TargetGroupArn=arn)


def _balancer(row: Row) -> Row:
    return present(
        LoadBalancerArn=row.get("arn"),
        LoadBalancerName=row.get("name"),
        Type=row.get("load_balancer_type"),
        Scheme="internal" if row.get("internal") else "internet-facing",
        VpcId=row.get("vpc_id"),
        AvailabilityZones=[
            present(
                SubnetId=one.get("subnet_id"),
                LoadBalancerAddresses=[{"PrivateIPv4Address": held}]
                if (held := optional(one, "private_ipv4_address"))
                else None,
            )
            for one in _mappings(row)
        ],
        SecurityGroups=sorted(texts(row, "security_groups")),
        IpAddressType=row.get("ip_address_type"),
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic=row.get(
            "enforce_security_group_inbound_rules_on_private_link_traffic"
        ),
        Tags=tags_of(row),
    )


def _mappings(row: Row) -> list[Row]:
    mapped = sorted(rows(row, "subnet_mapping"), key=lambda one: str(one.get("subnet_id")))
    return mapped or [{"subnet_id": one} for one in sorted(texts(row, "subnets"))]


def is_without_addresses(row: Row) -> bool:
    """Tell whether a state lacks an address of a load balancer that has some."""
    if row.get("load_balancer_type") not in INTERFACE_TYPES:
        return False
    return not all(optional(one, "private_ipv4_address") for one in _mappings(row))


def interfaces(state: Rows, row: Row, free: Callable[[str], str | None]) -> Iterator[Row]:
    """Give interfaces of a load balancer, at the addresses that its owner chose; others are not in
    a state, and `free` gives one of the subnet."""
    kind = INTERFACE_TYPES.get(str(row.get("load_balancer_type")))
    if kind is None:
        return
    path = str(row.get("arn")).partition(":loadbalancer/")[2]
    subnets = {one["id"]: one for one in state.of(*SUBNETS)}
    for one in _mappings(row):
        subnet_id = str(one.get("subnet_id"))
        address = optional(one, "private_ipv4_address") or free(subnet_id)
        if address and subnet_id in subnets:
            yield present(
                NetworkInterfaceId=made_id("eni", str(row["arn"]), subnet_id),
                OwnerId=owner_of(row),
                VpcId=row.get("vpc_id"),
                SubnetId=subnet_id,
                AvailabilityZone=subnets[subnet_id].get("availability_zone"),
                Description=f"ELB {path}",
                InterfaceType=kind,
                RequesterManaged=True,
                PrivateIpAddresses=[{"PrivateIpAddress": address, "Primary": True}],
                Groups=[{"GroupId": held} for held in sorted(texts(row, "security_groups"))],
                Attachment={"InstanceOwnerId": "amazon-elb", "DeviceIndex": 1},
            )


def _balancer_attributes(row: Row) -> Iterator[Row]:
    enabled = row.get("enable_cross_zone_load_balancing")
    if enabled is not None:
        yield {"Key": CROSS_ZONE, "Value": str(bool(enabled)).lower()}


def _listener(row: Row) -> Row:
    return present(
        ListenerArn=row.get("arn"),
        LoadBalancerArn=row.get("load_balancer_arn"),
        Protocol=row.get("protocol"),
        Port=row.get("port"),
        SslPolicy=row.get("ssl_policy"),
        Certificates=[{"CertificateArn": held}]
        if (held := optional(row, "certificate_arn"))
        else None,
        DefaultActions=[_action(one) for one in rows(row, "default_action")],
        Tags=tags_of(row),
    )


def _action(row: Row) -> Row:
    groups = [
        present(TargetGroupArn=one.get("arn"), Weight=one.get("weight"))
        for forward in rows(row, "forward")
        for one in rows(forward, "target_group")
    ]
    return present(
        Type=row.get("type"),
        TargetGroupArn=row.get("target_group_arn"),
        ForwardConfig={"TargetGroups": groups} if groups else None,
    )


def _group(row: Row) -> Row:
    check = next(rows(row, "health_check"), {})
    return present(
        TargetGroupArn=row.get("arn"),
        TargetGroupName=row.get("name"),
        Protocol=row.get("protocol"),
        Port=row.get("port"),
        VpcId=row.get("vpc_id"),
        TargetType=row.get("target_type"),
        IpAddressType=row.get("ip_address_type"),
        HealthCheckProtocol=check.get("protocol"),
        HealthCheckPort=check.get("port"),
        HealthCheckPath=check.get("path"),
        HealthCheckIntervalSeconds=check.get("interval"),
        HealthCheckTimeoutSeconds=check.get("timeout"),
        HealthyThresholdCount=check.get("healthy_threshold"),
        UnhealthyThresholdCount=check.get("unhealthy_threshold"),
        Matcher={"HttpCode": matcher} if (matcher := optional(check, "matcher")) else None,
        Tags=tags_of(row),
    )


def _group_attributes(row: Row) -> Iterator[Row]:
    told = {
        "deregistration_delay.timeout_seconds": row.get("deregistration_delay"),
        "preserve_client_ip.enabled": row.get("preserve_client_ip"),
        "proxy_protocol_v2.enabled": row.get("proxy_protocol_v2"),
    }
    for key, value in told.items():
        if value not in (None, ""):
            yield {"Key": key, "Value": str(value).lower()}
