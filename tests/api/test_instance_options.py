"""Options of instances: set at the launch, changed later, shown as they are."""

from dataclasses import replace

import pytest

from genkan.model.instance import Instance, InstanceState
from tests.build import REGION, Client

NOBODY = "0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/web"


class Site(Client):
    """A VPC with a subnet, and an instance in it."""

    def __init__(self, **launch: object) -> None:
        super().__init__()
        self.vpc = self.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        given = {"VpcId": self.vpc, "CidrBlock": "10.0.0.0/24"}
        self.subnet = self.ask("CreateSubnet", **given)["Subnet"]["SubnetId"]
        self.instance = self.launch(**launch)

    def launch(self, **more: object) -> str:
        given = {"MinCount": 1, "MaxCount": 1, "SubnetId": self.subnet, **more}
        return self.ask("RunInstances", **given)["Instances"][0]["InstanceId"]

    def is_now(self, state: InstanceState) -> None:
        self.put(replace(self.call.network.get(Instance, self.instance), state=state))

    def seen(self) -> dict:
        answer = self.ask("DescribeInstances", InstanceIds=[self.instance])
        return answer["Reservations"][0]["Instances"][0]


@pytest.fixture
def site() -> Site:
    return Site()


def test_what_a_launch_says_of_an_instance_is_shown(site):
    site = Site(
        CapacityReservationSpecification={"CapacityReservationPreference": "none"},
        EnclaveOptions={"Enabled": True},
        HibernationOptions={"Configured": True},
        MaintenanceOptions={"AutoRecovery": "disabled"},
        PrivateDnsNameOptions={"HostnameType": "resource-name"},
    )
    shown = site.seen()
    assert shown["CapacityReservationSpecification"] == {"CapacityReservationPreference": "none"}
    assert shown["EnclaveOptions"] == {"Enabled": True}
    assert shown["HibernationOptions"] == {"Configured": True}
    assert shown["MaintenanceOptions"] == {"AutoRecovery": "disabled"}
    assert shown["PrivateDnsName"] == f"{site.instance}.{REGION}.compute.internal"


@pytest.mark.parametrize("zone", [f"{REGION}a", f"{REGION}c", "apne1-az1"])
def test_a_launch_without_a_subnet_goes_where_its_placement_says(zone):
    client = Client()
    client.ask("CreateDefaultVpc")
    named = "AvailabilityZoneId" if "-az" in zone else "AvailabilityZone"
    asked = {"MinCount": 1, "MaxCount": 1, "Placement": {named: zone}}
    launched = client.ask("RunInstances", **asked)["Instances"][0]
    by_id = {"SubnetIds": [launched["SubnetId"]]}
    subnet = client.ask("DescribeSubnets", **by_id)["Subnets"][0]
    assert zone in (subnet["AvailabilityZone"], subnet["AvailabilityZoneId"])
    assert launched["Placement"]["AvailabilityZone"] == subnet["AvailabilityZone"]


def test_an_instance_without_tags_has_no_member_for_them(site):
    assert "Tags" not in site.seen()


def test_a_subnet_decides_what_names_are_made_of_unless_the_launch_does(site):
    given = {"SubnetId": site.subnet, "PrivateDnsHostnameTypeOnLaunch": "resource-name"}
    site.ask("ModifySubnetAttribute", **given)
    site.instance = site.launch()
    assert site.seen()["PrivateDnsNameOptions"]["HostnameType"] == "resource-name"
    site.instance = site.launch(PrivateDnsNameOptions={"HostnameType": "ip-name"})
    assert site.seen()["PrivateDnsName"].startswith("ip-10-0-0-")


def test_metadata_options_stay_unless_they_are_named(site):
    given = {"InstanceId": site.instance}
    answer = site.ask("ModifyInstanceMetadataOptions", **given, HttpTokens="required")
    assert answer["InstanceMetadataOptions"]["State"] == "pending"
    site.ask("ModifyInstanceMetadataOptions", **given, HttpPutResponseHopLimit=3)
    shown = site.seen()["MetadataOptions"]
    assert (shown["HttpTokens"], shown["HttpPutResponseHopLimit"]) == ("required", 3)
    assert (shown["HttpEndpoint"], shown["State"]) == ("enabled", "applied")
    for wrong in ({"HttpTokens": "never"}, {"HttpPutResponseHopLimit": 65}):
        refused = site.refusal("ModifyInstanceMetadataOptions", **given, **wrong)
        assert refused == "InvalidParameterValue"


def test_a_stopped_instance_changes_its_kind_of_name(site):
    given = {"InstanceId": site.instance, "PrivateDnsHostnameType": "resource-name"}
    assert site.refusal("ModifyPrivateDnsNameOptions", **given) == "IncorrectInstanceState"
    record = {"InstanceId": site.instance, "EnableResourceNameDnsARecord": True}
    site.ask("ModifyPrivateDnsNameOptions", **record)
    site.is_now(InstanceState.STOPPED)
    site.ask("ModifyPrivateDnsNameOptions", **given)
    assert site.seen()["PrivateDnsNameOptions"] == {
        "HostnameType": "resource-name",
        "EnableResourceNameDnsARecord": True,
        "EnableResourceNameDnsAAAARecord": False,
    }


def test_recovery_monitoring_and_credits_are_switched(site):
    given = {"InstanceId": site.instance}
    site.ask("ModifyInstanceMaintenanceOptions", **given, AutoRecovery="disabled")
    assert site.seen()["MaintenanceOptions"] == {"AutoRecovery": "disabled"}
    for operation, answer, state in (
        ("MonitorInstances", "pending", "enabled"),
        ("UnmonitorInstances", "disabling", "disabled"),
    ):
        (one,) = site.ask(operation, InstanceIds=[site.instance])["InstanceMonitorings"]
        assert one["Monitoring"]["State"] == answer
        assert site.seen()["Monitoring"]["State"] == state
    assert site.refusal("MonitorInstances", InstanceIds=[]) == "MissingParameter"
    large = site.launch(InstanceType="m5.large")
    wanted = [{"InstanceId": name, "CpuCredits": "standard"} for name in (site.instance, large)]
    answer = site.ask("ModifyInstanceCreditSpecification", InstanceCreditSpecifications=wanted)
    assert answer["SuccessfulInstanceCreditSpecifications"] == [given]
    (failed,) = answer["UnsuccessfulInstanceCreditSpecifications"]
    assert failed["Error"]["Code"] == "InstanceCreditSpecification.NotSupported"
    asked = {"InstanceIds": [site.instance]}
    (one,) = site.ask("DescribeInstanceCreditSpecifications", **asked)[
        "InstanceCreditSpecifications"
    ]
    assert one["CpuCredits"] == "standard"


def test_the_source_check_is_reset_and_nothing_else(site):
    given = {"InstanceId": site.instance}
    site.ask("ModifyInstanceAttribute", **given, SourceDestCheck={"Value": False})
    assert site.seen()["SourceDestCheck"] is False
    site.ask("ResetInstanceAttribute", **given, Attribute="sourceDestCheck")
    assert site.seen()["SourceDestCheck"] is True
    refused = site.refusal("ResetInstanceAttribute", **given, Attribute="kernel")
    assert refused == "InvalidParameterValue"


def test_an_instance_that_ends_is_not_modified(site):
    site.is_now(InstanceState.TERMINATED)
    given = {"InstanceId": site.instance}
    for operation in ("ModifyInstanceMetadataOptions", "ModifyInstanceMaintenanceOptions"):
        assert site.refusal(operation, **given) == "IncorrectInstanceState"


def associations(site: Site, **filters: str) -> list[dict]:
    asked = [{"Name": name, "Values": [value]} for name, value in filters.items()]
    answer = site.ask("DescribeIamInstanceProfileAssociations", Filters=asked)
    return answer["IamInstanceProfileAssociations"]


def test_a_profile_is_joined_replaced_and_parted(site):
    given = {"IamInstanceProfile": {"Name": "web"}, "InstanceId": site.instance}
    made = site.ask("AssociateIamInstanceProfile", **given)["IamInstanceProfileAssociation"]
    assert made["State"] == "associating"
    assert made["IamInstanceProfile"]["Arn"].endswith(":instance-profile/web")
    (shown,) = associations(site, **{"instance-id": site.instance, "state": "associated"})
    assert shown["AssociationId"] == made["AssociationId"]
    assert site.refusal("AssociateIamInstanceProfile", **given) == "IncorrectState"
    key = {"AssociationId": made["AssociationId"]}
    other = {"IamInstanceProfile": {"Name": "app"}}
    later = site.ask("ReplaceIamInstanceProfileAssociation", **key, **other)
    later = later["IamInstanceProfileAssociation"]["AssociationId"]
    code = "InvalidAssociationID.NotFound"
    assert site.refusal("DisassociateIamInstanceProfile", **key) == code
    assert site.seen()["IamInstanceProfile"]["Arn"].endswith("/app")
    site.ask("DisassociateIamInstanceProfile", AssociationId=later)
    assert "IamInstanceProfile" not in site.seen()
    assert associations(site) == []


def test_a_profile_of_the_launch_has_an_association_too():
    site = Site(IamInstanceProfile={"Name": "web"})
    (shown,) = associations(site)
    asked = {"AssociationIds": [shown["AssociationId"]]}
    answer = site.ask("DescribeIamInstanceProfileAssociations", **asked)
    assert answer["IamInstanceProfileAssociations"] == [shown]


@pytest.mark.parametrize(
    ("profile", "code"),
    [({}, "MissingParameter"), ({"Arn": ROLE}, "InvalidIamInstanceProfileArn.Malformed")],
)
def test_what_is_no_profile_is_refused(site, profile, code):
    given = {"IamInstanceProfile": profile, "InstanceId": site.instance}
    assert site.refusal("AssociateIamInstanceProfile", **given) == code


def test_attributes_are_changed_in_both_ways_and_described(site):
    given = {"InstanceId": site.instance}
    for name, asked, value in (
        ("DisableApiTermination", {"DisableApiTermination": {"Value": True}}, True),
        ("DisableApiStop", {"Attribute": "disableApiStop", "Value": "true"}, True),
        ("EbsOptimized", {"EbsOptimized": {"Value": True}}, True),
        (
            "InstanceInitiatedShutdownBehavior",
            {"InstanceInitiatedShutdownBehavior": {"Value": "terminate"}},
            "terminate",
        ),
        (
            "InstanceInitiatedShutdownBehavior",
            {"Attribute": "instanceInitiatedShutdownBehavior", "Value": "stop"},
            "stop",
        ),
    ):
        site.ask("ModifyInstanceAttribute", **given, **asked)
        attribute = name[0].lower() + name[1:]
        answer = site.ask("DescribeInstanceAttribute", **given, Attribute=attribute)
        assert answer[name] == {"Value": value}
    assert site.refusal("TerminateInstances", InstanceIds=[site.instance]) == (
        "OperationNotPermitted"
    )


def test_what_changes_while_an_instance_is_stopped_is_refused_while_it_runs(site):
    site.is_now(InstanceState.RUNNING)
    given = {"InstanceId": site.instance}
    kind, data = {"InstanceType": {"Value": "t3.small"}}, {"UserData": {"Value": b"#!/bin/sh"}}
    for asked in (kind, data):
        refused = site.refusal("ModifyInstanceAttribute", **given, **asked)
        assert refused == "IncorrectInstanceState"
    site.is_now(InstanceState.STOPPED)
    for asked in (kind, data):
        site.ask("ModifyInstanceAttribute", **given, **asked)
    assert site.seen()["InstanceType"] == "t3.small"
    answer = site.ask("DescribeInstanceAttribute", **given, Attribute="userData")
    assert answer["UserData"] == {"Value": "IyEvYmluL3No"}


def test_a_shutdown_behavior_that_is_none_is_refused(site):
    given = {"InstanceId": site.instance}
    for asked in (
        {"InstanceInitiatedShutdownBehavior": {"Value": "sleep"}},
        {"Attribute": "instanceInitiatedShutdownBehavior", "Value": "sleep"},
        {"Attribute": "color", "Value": "red"},
    ):
        refused = site.refusal("ModifyInstanceAttribute", **given, **asked)
        assert refused == "InvalidParameterValue"
    launch = {"MinCount": 1, "MaxCount": 1, "SubnetId": site.subnet}
    launch["InstanceInitiatedShutdownBehavior"] = "sleep"
    assert site.refusal("RunInstances", **launch) == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metadata-options.http-tokens", "required"),
        ("metadata-options.http-put-response-hop-limit", "2"),
        ("metadata-options.http-endpoint", "enabled"),
        ("maintenance-options.auto-recovery", "disabled"),
        ("private-dns-name-options.hostname-type", "resource-name"),
        ("enclave-options.enabled", "false"),
        ("hibernation-options.configured", "false"),
        ("platform-details", "Linux/UNIX"),
        ("usage-operation", "RunInstances"),
    ],
)
def test_instances_are_found_by_their_options(name, value):
    site = Site(
        MaintenanceOptions={"AutoRecovery": "disabled"},
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        PrivateDnsNameOptions={"HostnameType": "resource-name"},
    )
    for wanted, count in ((value, 1), ("other", 0)):
        filters = [{"Name": name, "Values": [wanted]}]
        answer = site.ask("DescribeInstances", Filters=filters)
        assert len(answer["Reservations"]) == count


def test_an_instance_is_found_by_an_ipv6_address_it_wears(site):
    made = site.ask("AssociateVpcCidrBlock", VpcId=site.vpc, AmazonProvidedIpv6CidrBlock=True)
    block = made["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"].replace("/56", "/64")
    site.ask("AssociateSubnetCidrBlock", SubnetId=site.subnet, Ipv6CidrBlock=block)
    site.instance = site.launch(Ipv6AddressCount=1)
    filters = [{"Name": "ipv6-address", "Values": [site.seen()["Ipv6Address"]]}]
    (found,) = site.ask("DescribeInstances", Filters=filters)["Reservations"]
    assert found["Instances"][0]["InstanceId"] == site.instance


def test_launches_take_the_accounts_metadata_options_where_they_name_none(site):
    site.ask("ModifyInstanceMetadataDefaults", HttpTokens="required", HttpPutResponseHopLimit=3)
    told = site.ask("GetInstanceMetadataDefaults")["AccountLevel"]
    assert (told["HttpTokens"], told["HttpPutResponseHopLimit"]) == ("required", 3)
    site.instance = site.launch(MetadataOptions={"HttpPutResponseHopLimit": 1})
    options = site.seen()["MetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 1)
    site.ask(
        "ModifyInstanceMetadataDefaults", HttpTokens="no-preference", HttpPutResponseHopLimit=-1
    )
    assert site.ask("GetInstanceMetadataDefaults")["AccountLevel"] == {"ManagedBy": "account"}
    wrong = {"HttpTokens": "sometimes"}
    assert site.refusal("ModifyInstanceMetadataDefaults", **wrong) == "InvalidParameterValue"


def test_an_images_root_device_is_that_of_its_instances(site):
    (image,) = site.ask("DescribeImages")["Images"]
    shown = site.seen()
    for member in ("RootDeviceType", "RootDeviceName"):
        assert image[member] == shown[member]
    (mapping,) = image["BlockDeviceMappings"]
    assert mapping["DeviceName"] == image["RootDeviceName"]


def test_what_ended_or_never_was_is_empty(site):
    assert site.ask("DescribeVpcClassicLink")["Vpcs"] == []
    assert site.ask("DescribeClassicLinkInstances")["Instances"] == []
    assert site.ask("DescribeCapacityReservations")["CapacityReservations"] == []
    unknown = {"CapacityReservationIds": ["cr-00000000000000000"]}
    refused = site.refusal("DescribeCapacityReservations", **unknown)
    assert refused == "InvalidCapacityReservationId.NotFound"
    strange = [{"Name": "door", "Values": ["open"]}]
    refused = site.refusal("DescribeVpcClassicLink", Filters=strange)
    assert refused == "InvalidParameterValue"
    for group, status in ((REGION, "not-opted-in"), ("us-west-2-lax-1", "opted-in")):
        asked = {"GroupName": group, "OptInStatus": status}
        assert site.refusal("ModifyAvailabilityZoneGroup", **asked) == "InvalidParameterValue"
