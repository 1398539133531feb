"""The calls for network and gateway load balancers, their listeners and targets, and the endpoint
services on them."""

from typing import Any

from genkan.impact.plan import PlannedChange, Planning, Unresolved

ELB = "elbv2"
ENFORCED = "enforce_security_group_inbound_rules_on_private_link_traffic"
ON_PRIVATE_LINK = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
APPLICATION = "application"
BALANCER_ATTRIBUTES = {
    "enable_cross_zone_load_balancing": "load_balancing.cross_zone.enabled",
    "dns_record_client_routing_policy": "dns_record.client_routing_policy",
}
GROUP_ATTRIBUTES = {
    "deregistration_delay": "deregistration_delay.timeout_seconds",
    "preserve_client_ip": "preserve_client_ip.enabled",
    "proxy_protocol_v2": "proxy_protocol_v2.enabled",
    "connection_termination": "deregistration_delay.connection_termination.enabled",
}
CHECK = {
    "enabled": "HealthCheckEnabled",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthy_threshold": "HealthyThresholdCount",
    "unhealthy_threshold": "UnhealthyThresholdCount",
}


def create_balancer(planning: Planning, change: PlannedChange) -> None:
    kind = planning.value(change, "load_balancer_type") or APPLICATION
    if kind == APPLICATION:
        raise Unresolved("application load balancers are not in the model")
    mapped = [
        {"SubnetId": one.get("subnet_id"), "PrivateIPv4Address": one.get("private_ipv4_address")}
        for one in planning.blocks(change, "subnet_mapping")
    ]
    mappings = [{name: value for name, value in one.items() if value} for one in mapped]
    number = planning.order(
        "CreateLoadBalancer",
        ELB,
        Name=planning.value(change, "name") or change.base.rpartition(".")[2],
        Type=kind,
        Scheme="internal" if planning.value(change, "internal") else "internet-facing",
        Subnets=None if mappings else planning.value(change, "subnets"),
        SubnetMappings=mappings,
        SecurityGroups=planning.value(change, "security_groups"),
        IpAddressType=planning.value(change, "ip_address_type"),
    )
    of = "LoadBalancers.0"
    arn, dns_name, zone_id = (f"{of}.{one}" for one in ("LoadBalancerArn", *NAMES))
    planning.answered(change, number, id=arn, arn=arn, dns_name=dns_name, zone_id=zone_id)
    _attributes(planning, change, f"{{{number}.{arn}}}", "LoadBalancer", BALANCER_ATTRIBUTES)
    enforced = planning.value(change, ENFORCED)
    if enforced:
        _groups(
            planning, f"{{{number}.{arn}}}", planning.value(change, "security_groups"), enforced
        )


NAMES = ("DNSName", "CanonicalHostedZoneId")


def update_balancer(planning: Planning, change: PlannedChange) -> None:
    arn = change.before["id"]
    _attributes(planning, change, arn, "LoadBalancer", BALANCER_ATTRIBUTES)
    groups, enforced = planning.value(change, "security_groups"), planning.value(change, ENFORCED)
    held = set(change.before.get("security_groups") or ())
    if set(groups or held) != held or (enforced and enforced != change.before.get(ENFORCED)):
        _groups(planning, arn, groups, enforced)
    subnets = planning.value(change, "subnets")
    if subnets and set(subnets) != set(change.before.get("subnets") or ()):
        planning.order("SetSubnets", ELB, LoadBalancerArn=arn, Subnets=subnets)


def _groups(planning: Planning, arn: str, groups: Any, enforced: Any) -> None:  # noqa: ANN401
    given = {ON_PRIVATE_LINK: enforced} if enforced else {}
    planning.order("SetSecurityGroups", ELB, LoadBalancerArn=arn, SecurityGroups=groups, **given)


def _attributes(
    planning: Planning, change: PlannedChange, arn: str, of: str, names: dict[str, str]
) -> None:
    """Set attributes that are not as they were."""
    changed = []
    for name, key in names.items():
        value = planning.value(change, name)
        if value not in (None, "") and value != change.before.get(name):
            changed.append({"Key": key, "Value": str(value).lower()})
    if changed:
        planning.order(f"Modify{of}Attributes", ELB, **{f"{of}Arn": arn}, Attributes=changed)


def create_target_group(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateTargetGroup",
        ELB,
        Name=planning.value(change, "name") or change.base.rpartition(".")[2],
        Protocol=planning.value(change, "protocol"),
        Port=planning.value(change, "port"),
        VpcId=planning.value(change, "vpc_id"),
        TargetType=planning.value(change, "target_type"),
        IpAddressType=planning.value(change, "ip_address_type"),
        **_check(planning, change),
    )
    arn = "TargetGroups.0.TargetGroupArn"
    planning.answered(change, number, id=arn, arn=arn)
    _attributes(planning, change, f"{{{number}.{arn}}}", "TargetGroup", GROUP_ATTRIBUTES)


def update_target_group(planning: Planning, change: PlannedChange) -> None:
    arn = change.before["id"]
    check = _check(planning, change)
    if check and change.after.get("health_check") != change.before.get("health_check"):
        planning.order("ModifyTargetGroup", ELB, TargetGroupArn=arn, **check)
    _attributes(planning, change, arn, "TargetGroup", GROUP_ATTRIBUTES)


def _check(planning: Planning, change: PlannedChange) -> dict[str, Any]:
    """Give how targets are measured, as far as somebody said it."""
    held = next(iter(planning.blocks(change, "health_check")), {})
    given = {name: held.get(attribute) for attribute, name in CHECK.items()}
    if held.get("matcher"):
        given["Matcher"] = {"HttpCode": held["matcher"]}
    return given


def register(planning: Planning, change: PlannedChange) -> None:
    group, target = _target(planning, change)
    planning.order("RegisterTargets", ELB, TargetGroupArn=group, Targets=[target])


def _target(planning: Planning, change: PlannedChange) -> tuple[str, dict[str, Any]]:
    said = {
        "Id": planning.value(change, "target_id"),
        "Port": planning.value(change, "port"),
        "AvailabilityZone": planning.value(change, "availability_zone"),
    }
    target = {name: value for name, value in said.items() if value}
    return planning.value(change, "target_group_arn"), target


def deregister(planning: Planning, change: PlannedChange) -> None:
    said = {"Id": change.before["target_id"], "Port": change.before.get("port")}
    target = {name: value for name, value in said.items() if value}
    group = change.before["target_group_arn"]
    planning.order("DeregisterTargets", ELB, TargetGroupArn=group, Targets=[target])


def create_listener(planning: Planning, change: PlannedChange) -> None:
    balancer = planning.value(change, "load_balancer_arn")
    number = planning.order(
        "CreateListener", ELB, LoadBalancerArn=balancer, **_listens(planning, change)
    )
    arn = "Listeners.0.ListenerArn"
    planning.answered(change, number, id=arn, arn=arn)


def update_listener(planning: Planning, change: PlannedChange) -> None:
    given = _listens(planning, change)
    planning.order("ModifyListener", ELB, ListenerArn=change.before["id"], **given)


def _listens(planning: Planning, change: PlannedChange) -> dict[str, Any]:
    certificate = planning.value(change, "certificate_arn")
    alpn = planning.value(change, "alpn_policy")
    return {
        "Protocol": planning.value(change, "protocol"),
        "Port": planning.value(change, "port"),
        "SslPolicy": planning.value(change, "ssl_policy") if certificate else None,
        "Certificates": [{"CertificateArn": certificate}] if certificate else None,
        "AlpnPolicy": [alpn] if alpn else None,
        "DefaultActions": [_action(one) for one in planning.blocks(change, "default_action")],
    }


def _action(block: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"Type": block.get("type")}
    if block.get("target_group_arn"):
        made["TargetGroupArn"] = block["target_group_arn"]
    groups = [
        {"TargetGroupArn": one.get("arn"), "Weight": one.get("weight")}
        for forward in block.get("forward") or ()
        for one in forward.get("target_group") or ()
    ]
    if groups:
        if any(not one["TargetGroupArn"] for one in groups):
            raise Unresolved("to which target groups it forwards is not in a plan")
        made["ForwardConfig"] = {"TargetGroups": groups}
    return made


def create_service(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateVpcEndpointServiceConfiguration",
        AcceptanceRequired=planning.value(change, "acceptance_required"),
        NetworkLoadBalancerArns=planning.value(change, "network_load_balancer_arns"),
        GatewayLoadBalancerArns=planning.value(change, "gateway_load_balancer_arns"),
        PrivateDnsName=planning.value(change, "private_dns_name"),
        SupportedIpAddressTypes=planning.value(change, "supported_ip_address_types"),
    )
    of = "ServiceConfiguration"
    planning.answered(change, number, id=f"{of}.ServiceId", service_name=f"{of}.ServiceName")
    principals = planning.value(change, "allowed_principals")
    if principals:
        _allow(planning, f"{{{number}.{of}.ServiceId}}", AddAllowedPrincipals=principals)


def update_service(planning: Planning, change: PlannedChange) -> None:
    name = change.before["id"]
    given: dict[str, Any] = {}
    accepted = planning.value(change, "acceptance_required")
    if accepted != change.before.get("acceptance_required"):
        given["AcceptanceRequired"] = accepted
    for attribute, of in (
        ("network_load_balancer_arns", "NetworkLoadBalancerArns"),
        ("gateway_load_balancer_arns", "GatewayLoadBalancerArns"),
        ("supported_ip_address_types", "SupportedIpAddressTypes"),
    ):
        added, gone = _difference(planning, change, attribute)
        given |= {f"Add{of}": added, f"Remove{of}": gone}
    if any(value not in (None, []) for value in given.values()):
        planning.order("ModifyVpcEndpointServiceConfiguration", ServiceId=name, **given)
    added, gone = _difference(planning, change, "allowed_principals")
    if added or gone:
        _allow(planning, name, AddAllowedPrincipals=added, RemoveAllowedPrincipals=gone)


def _difference(
    planning: Planning, change: PlannedChange, attribute: str
) -> tuple[list[str], list[str]]:
    held = set(change.before.get(attribute) or ())
    found = planning.value(change, attribute)
    wanted = held if found is None else set(found)
    return sorted(wanted - held), sorted(held - wanted)


def allow(planning: Planning, change: PlannedChange) -> None:
    principal = planning.value(change, "principal_arn")
    service = planning.value(change, "vpc_endpoint_service_id")
    _allow(planning, service, AddAllowedPrincipals=[principal])


def disallow(planning: Planning, change: PlannedChange) -> None:
    principal = change.before["principal_arn"]
    service = change.before["vpc_endpoint_service_id"]
    _allow(planning, service, RemoveAllowedPrincipals=[principal])


def _allow(planning: Planning, service: str, **principals: list[str]) -> None:
    planning.order("ModifyVpcEndpointServicePermissions", ServiceId=service, **principals)


def accept(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "AcceptVpcEndpointConnections",
        ServiceId=planning.value(change, "vpc_endpoint_service_id"),
        VpcEndpointIds=[planning.value(change, "vpc_endpoint_id")],
    )


def reject(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "RejectVpcEndpointConnections",
        ServiceId=change.before["vpc_endpoint_service_id"],
        VpcEndpointIds=[change.before["vpc_endpoint_id"]],
    )


def deletes(operation: str, member: str) -> Any:  # noqa: ANN401
    def delete(planning: Planning, change: PlannedChange) -> None:
        planning.order(operation, ELB, **{member: change.before["id"]})

    return delete


def delete_service(planning: Planning, change: PlannedChange) -> None:
    planning.order("DeleteVpcEndpointServiceConfigurations", ServiceIds=[change.before["id"]])


CREATES = {
    "aws_lb": create_balancer,
    "aws_lb_target_group": create_target_group,
    "aws_lb_target_group_attachment": register,
    "aws_lb_listener": create_listener,
    "aws_vpc_endpoint_service": create_service,
    "aws_vpc_endpoint_service_allowed_principal": allow,
    "aws_vpc_endpoint_connection_accepter": accept,
}
UPDATES = {
    "aws_lb": update_balancer,
    "aws_lb_target_group": update_target_group,
    "aws_lb_listener": update_listener,
    "aws_vpc_endpoint_service": update_service,
}
DELETES = {
    "aws_vpc_endpoint_connection_accepter": reject,
    "aws_vpc_endpoint_service_allowed_principal": disallow,
    "aws_vpc_endpoint_service": delete_service,
    "aws_lb_listener": deletes("DeleteListener", "ListenerArn"),
    "aws_lb_target_group_attachment": deregister,
    "aws_lb": deletes("DeleteLoadBalancer", "LoadBalancerArn"),
    "aws_lb_target_group": deletes("DeleteTargetGroup", "TargetGroupArn"),
}
