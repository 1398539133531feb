"""NAT gateways, public and private. "NAT gateways" in the Amazon VPC user guide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import remembered, replayed
from genkan.api.ids import need
from genkan.api.interface_making import addresses_in_use, new_interface, parse_address
from genkan.api.output import present
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import InvalidParameterValue, MissingParameter, Refused
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway

PUBLIC, PRIVATE = "public", "private"


class AlreadyAssociated(Refused):
    code = "InvalidParameterValue"


def create_nat_gateway(
    call: Call,
    *,
    subnet_id: str,
    allocation_id: str | None = None,
    connectivity_type: str = PUBLIC,
    private_ip_address: str | None = None,
    client_token: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    parameters = dict(locals(), call=None, client_token=None)
    made = replayed(call, "CreateNatGateway", client_token, parameters)
    if made:
        return _created(call, need(call, NatGateway, made[0]), client_token)
    subnet = need(call, Subnet, subnet_id)
    elastic = _need_address(call, connectivity_type, allocation_id)
    name = call.new_id("nat")
    interface = replace(
        new_interface(
            call,
            subnet,
            (),
            in_use=addresses_in_use(call, subnet),
            wanted=(
                parse_address(private_ip_address, "privateIpAddress")
                if private_ip_address
                else None
            ),
            description=f"Interface for NAT Gateway {name}",
            interface_type=InterfaceType.NAT_GATEWAY,
        ),
        attachment=Attachment(
            id=call.new_id("ela-attach"),
            instance_id=None,
            instance_owner="amazon-aws",
            device_index=1,
            attached_at=call.now,
            delete_on_termination=False,
        ),
    )
    gateway = NatGateway(
        id=name,
        account=call.account,
        region=call.region,
        tags=from_specifications("natgateway", tag_specifications),
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        network_interface_id=interface.id,
        state=NatGatewayState.PENDING,
        created_at=call.now,
        public=elastic is not None,
        allocation_id=allocation_id,
    )
    change = _begin(call, gateway, interface, elastic)
    if client_token:
        change += put(remembered(call, "CreateNatGateway", client_token, parameters, (gateway.id,)))
    shown_call = replace(call, network=call.network.apply(change))
    begun = need(shown_call, NatGateway, gateway.id)
    return Answer(_created(shown_call, begun, client_token).output, change)


def describe_nat_gateways(
    call: Call,
    *,
    nat_gateway_ids: Sequence[str] | None = None,
    filter: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, NatGateway, ids=nat_gateway_ids, filters=filter, table=_FILTERS)
    some, token = page(rows, max_results, next_token)
    return Answer(present(NatGateways=[_shown(call, row) for row in some], NextToken=token))


def delete_nat_gateway(call: Call, *, nat_gateway_id: str) -> Answer:
    gateway = need(call, NatGateway, nat_gateway_id)
    answer = {"NatGatewayId": gateway.id}
    if gateway.state in (NatGatewayState.DELETING, NatGatewayState.DELETED):
        return Answer(answer)
    interface = call.network.get(NetworkInterface, gateway.network_interface_id)
    freed = [
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in call.network.where(ElasticIp, network_interface_id=gateway.network_interface_id)
    ]
    ending = replace(gateway, state=NatGatewayState.DELETING)
    return Answer(answer, put(ending, *freed) + delete(*([interface] if interface else [])))


def _need_address(call: Call, connectivity: str, allocation_id: str | None) -> ElasticIp | None:
    if connectivity not in (PUBLIC, PRIVATE):
        raise InvalidParameterValue(
            f"Value ({connectivity}) for parameter connectivityType is invalid. "
            "Give public or private."
        )
    if connectivity == PRIVATE:
        if allocation_id:
            raise InvalidParameterValue(
                "AllocationId cannot be given for a private NAT gateway. Leave it out."
            )
        return None
    if not allocation_id:
        raise MissingParameter(
            "The request must contain the parameter AllocationId: a public NAT gateway has an "
            "Elastic IP address. AllocateAddress gives one."
        )
    elastic = need(call, ElasticIp, allocation_id)
    if elastic.association_id:
        raise AlreadyAssociated(
            f"Elastic IP address [{elastic.id}] is already associated with "
            f"{elastic.network_interface_id}. Disassociate it, or give another."
        )
    return elastic


def _begin(
    call: Call, gateway: NatGateway, interface: NetworkInterface, elastic: ElasticIp | None
) -> Change:
    """Give what making it changes; as in AWS, one that cannot work is made and fails."""
    attached = call.network.where(InternetGateway, vpc_id=gateway.vpc_id)
    if elastic is not None and next(iter(attached), None) is None:
        failure = (
            "Gateway.NotAttached",
            f"Network {gateway.vpc_id} has no Internet gateway attached",
        )
        return put(replace(gateway, state=NatGatewayState.FAILED, failure=failure))
    change = put(gateway, interface)
    if elastic is not None:
        change += put(
            replace(
                elastic,
                association_id=call.new_id("eipassoc"),
                network_interface_id=interface.id,
                private_ip=interface.private_ip,
            )
        )
    return change


def _created(call: Call, gateway: NatGateway, token: str | None) -> Answer:
    return Answer(present(ClientToken=token, NatGateway=_shown(call, gateway)))


def _shown(call: Call, gateway: NatGateway) -> dict[str, Any]:
    code, message = gateway.failure or (None, None)
    return present(
        NatGatewayId=gateway.id,
        ConnectivityType=PUBLIC if gateway.public else PRIVATE,
        CreateTime=gateway.created_at,
        DeleteTime=gateway.deleted_at,
        FailureCode=code,
        FailureMessage=message,
        NatGatewayAddresses=_addresses(call, gateway),
        State=gateway.state.value,
        SubnetId=gateway.subnet_id,
        Tags=shown(gateway.tags),
        VpcId=gateway.vpc_id,
    )


def _addresses(call: Call, gateway: NatGateway) -> list[dict[str, Any]]:
    interface = call.network.get(NetworkInterface, gateway.network_interface_id)
    elastic = call.network.get(ElasticIp, gateway.allocation_id)
    if interface is None:
        return []
    return [
        present(
            AllocationId=gateway.allocation_id,
            AssociationId=elastic.association_id if elastic else None,
            NetworkInterfaceId=interface.id,
            PrivateIp=str(interface.private_ip),
            PublicIp=str(elastic.public_ip) if elastic else None,
            IsPrimary=True,
            Status="succeeded",
        )
    ]


_FILTERS: Mapping[str, Values[NatGateway]] = {
    "nat-gateway-id": lambda row: [row.id],
    "state": lambda row: [row.state.value],
    "subnet-id": lambda row: [row.subnet_id],
    "vpc-id": lambda row: [row.vpc_id],
}
