"""Where a service here knowingly differs from AWS's: the coverage page prints it."""

DIFFERENCES: dict[str, tuple[str, ...]] = {
    "route53": (
        "A change is in force when its call is answered: GetChange says INSYNC from then on.",
        "Of several record sets with one name and type, the same one answers everybody: the "
        "heaviest of weighted ones, the primary one of failover, the first by identifier of "
        "latency and location. Multivalue answers hold the values of eight sets.",
        "Nothing is ever unhealthy: there are no health checks, and EvaluateTargetHealth is kept "
        "and shown alone.",
        "An alias of another service than an endpoint or a record of the zone answers what the "
        "name has among the public names of the site; one that it lacks has no records.",
        "A public zone answers below its name whether or not a zone above delegates to it. NS "
        "records below a zone's top are answered and not followed.",
        "CreateVPCAssociationAuthorization takes VPCs of this site alone.",
        "CIDR routing, geoproximity, traffic policies, DNSSEC signing, query logs and reusable "
        "delegation sets are refused.",
    ),
    "route53resolver": (
        "Endpoints, rules and associations are objects, and endpoints have their interfaces: no "
        "question is forwarded, and an inbound endpoint takes none.",
        "Addresses are IPv4. Rules are FORWARD or SYSTEM; the ones that AWS defines by itself are "
        "not listed.",
        "Rules are not shared between accounts.",
    ),
    "sts": (
        "Any role of an account of the site can be assumed, by the root user too: whether it "
        "exists, whom it trusts and what it allows are the embedded IAM's to know, and are not "
        "asked. ExternalId is taken and not compared.",
        "Keys that the embedded IAM makes (CreateAccessKey) sign nothing here.",
    ),
}
