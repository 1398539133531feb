"""Refusals of Elastic Load Balancing v2, with the codes that its API reference lists."""

from genkan.model.errors import Refused


class AllocationIdNotFound(Refused):
    code = "AllocationIdNotFound"


class ALPNPolicyNotFound(Refused):
    code = "ALPNPolicyNotFound"


class CertificateNotFound(Refused):
    code = "CertificateNotFound"


class DuplicateListener(Refused):
    code = "DuplicateListener"


class DuplicateLoadBalancerName(Refused):
    code = "DuplicateLoadBalancerName"


class DuplicateTagKeys(Refused):
    code = "DuplicateTagKeys"


class DuplicateTargetGroupName(Refused):
    code = "DuplicateTargetGroupName"


class IncompatibleProtocols(Refused):
    code = "IncompatibleProtocols"


class InvalidConfigurationRequest(Refused):
    code = "InvalidConfigurationRequest"


class InvalidLoadBalancerAction(Refused):
    code = "InvalidLoadBalancerAction"


class InvalidScheme(Refused):
    code = "InvalidScheme"


class InvalidSecurityGroup(Refused):
    code = "InvalidSecurityGroup"


class InvalidSubnet(Refused):
    code = "InvalidSubnet"


class InvalidTarget(Refused):
    code = "InvalidTarget"


class ListenerNotFound(Refused):
    code = "ListenerNotFound"


class LoadBalancerNotFound(Refused):
    code = "LoadBalancerNotFound"


class ResourceInUse(Refused):
    code = "ResourceInUse"


class RuleNotFound(Refused):
    code = "RuleNotFound"


class SSLPolicyNotFound(Refused):
    code = "SSLPolicyNotFound"


class SubnetNotFound(Refused):
    code = "SubnetNotFound"


class TargetGroupAssociationLimit(Refused):
    code = "TargetGroupAssociationLimit"


class TargetGroupNotFound(Refused):
    code = "TargetGroupNotFound"


class TooManyActions(Refused):
    code = "TooManyActions"


class TooManyCertificates(Refused):
    code = "TooManyCertificates"


class TooManyListeners(Refused):
    code = "TooManyListeners"


class TooManyLoadBalancers(Refused):
    code = "TooManyLoadBalancers"


class TooManyTags(Refused):
    code = "TooManyTags"


class TooManyTargetGroups(Refused):
    code = "TooManyTargetGroups"


class TooManyTargets(Refused):
    code = "TooManyTargets"


class UnsupportedProtocol(Refused):
    code = "UnsupportedProtocol"
