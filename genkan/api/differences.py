"""Where a service here knowingly differs from AWS's: the coverage page prints it."""

DIFFERENCES: dict[str, tuple[str, ...]] = {
    "ec2": (
        "Of AWS's services those of other Regions can be had that AWS's guide names; private DNS "
        "is on by default there too, and for S3 it is never for inbound Resolver endpoints alone.",
        "Interface endpoints have IPv6 where the service has dual-stack names here (api.aws) and "
        "for S3. Gateway endpoints are IPv4: AWS's IPv6 prefix lists are not here.",
        "A permission for an organization lets nobody in: who is a member is not known here.",
        "StartVpcEndpointServicePrivateDnsVerification looks at once, into the site's public "
        "hosted zones: the name is verified or failed when it is answered.",
        "Connection notifications go to SNS topics of the embedded services, once: one that is "
        "under way when control dies is lost, and a topic's policy is not asked. AWS does not "
        "document the members of their JSON body; here they are named as in the API.",
        "An analysis of a network insights path is done when it is started. It names what decides "
        "on the way, in order, and one explanation a stage that blocks; filters by ARN are "
        "refused, and a path without a port asks for 443, then for the first port of each rule of "
        "the destination's groups. An interface that nobody wears is an end of a path as in AWS; "
        "an instance that does not run is told of beside what else blocks. An analysis of an "
        "access scope is done when it is started too: a finding a way from each interface, or from "
        "the internet.",
        "Interfaces know idle connections as long as AWS's do by default (TCP 432,000 s, UDP 30 "
        "and 180 s); time-outs of an interface's own are kept and shown.",
        "A service that other Regions can have may be behind a load balancer with a TCP idle time-"
        "out of its own, and gets datagrams in fragments; AWS supports neither across Regions.",
        "A packet of more than the 8500 bytes that an endpoint passes is dropped where it may not "
        "be cut into fragments, and cut where it may; AWS drops both.",
        "Endpoints of the types Resource, ServiceNetwork and Tunnel are refused, so endpoints have "
        "no associations.",
        "PrivateDnsEnabled left out is false for S3, where it would ask for a gateway endpoint, "
        "and for a provider's service; true for every other service that has private names.",
        "Several endpoints to one gateway load balancer's service may be in one zone of a VPC. The "
        "guide of AWS speaks of one a zone and service, but public designs with firewalls make two "
        "there, one for what leaves and one for what goes between VPCs.",
        "A dry run is answered after all that the call checks: what it would refuse, the dry run "
        "refuses with the same code.",
        "An endpoint that was deleted is never shown as deleted, and its private name is free as "
        "soon as it is gone.",
        "A security group that is associated with a VPC is so at once, and associations are of the "
        "account's own VPCs alone; what a VPC that is deleted was associated with stays.",
        "A deleted customer gateway, virtual private gateway or attachment of one is gone at once.",
        "The codes of three refusals are not documented and chosen: InvalidParameter for a load "
        "balancer that a service cannot have, InvalidPrincipal, and InvalidState for a connection "
        "that cannot be accepted or rejected.",
    ),
    "elbv2": (
        "What returns from an appliance is taken by its flow's options and its sender; that it "
        "still has the flow's addresses and ports is not asked. Segments that SYNs announce "
        "through an endpoint of a gateway load balancer are limited to what 8500 bytes hold.",
        "UDP and TCP_UDP listeners of a dual-stack load balancer need no prefix for source NAT. "
        "What passes between the IP versions, streams and datagrams, is relayed in user space, and "
        "its target sees the load balancer's address; a port relays the datagrams of 4,096 clients "
        "at once. A target whose health nobody has measured yet takes connections while none of "
        "its group is known to be well.",
        "What is relayed in user space, TLS listeners and TCP target groups with PROXY protocol, "
        "comes to targets from the load balancer's address, whatever preserve_client_ip says; two "
        "clients of different VPCs that have the same address and port at once are told by another "
        "port. UDP target groups are sent no PROXY header.",
        "Certificates that ACM is asked for are the site authority's and issued at once: nobody "
        "validates them, and they are not renewed. Policies with FIPS or post-quantum ciphers, and "
        "the one of 2015 with 3DES, are not there.",
        "Application load balancers are refused, and so are targets that are functions or load "
        "balancers. A listener has its default rule alone, and rules cannot be made.",
        "Connections to an unhealthy target that has a draining interval end with the interval; "
        "AWS says that they are kept for it, and not what comes then.",
        "Classic Load Balancers (2012-06-01), which share the endpoint, are refused.",
    ),
    "route53": (
        "A change is in force when its call is answered: GetChange says INSYNC from then on.",
        "Latency records answer by the Region of the VPC that asks, with the first by identifier "
        "where none is of it, or who asks is outside. By location a VPC is where its Region is, "
        "and who asks outside is nowhere: the default location answers, or nothing does. Of more "
        "than eight multivalue records that are healthy the first eight by identifier answer.",
        "One checker makes a health check, the host outside every VPC (198.51.100.10), and "
        "GetHealthCheckStatus tells what it saw and since when. Private addresses are asked by "
        "the resolver of the VPC of the account that has them (base + 2): network ACLs apply, "
        "security groups do not, and health check sources are not here. What no packet can reach, "
        "an address or a name that is not of the site, nobody asks: it is healthy. Checks of "
        "alarms and routing controls are refused.",
        "An alias that evaluates its target's health is unhealthy when an endpoint is not "
        "available; targets of other services are always healthy, load balancers and record sets "
        "as in AWS.",
        "An alias of another service than an endpoint or a record of the zone answers what the "
        "name has among the public names of the site; one that it lacks has no records.",
        "A public zone answers below its name whether or not a zone above delegates to it. NS "
        "records below a zone's top are answered and not followed.",
        "CreateVPCAssociationAuthorization takes VPCs of this site alone.",
        "Query logging configs are kept and shown: questions are not logged, and nobody looks "
        "whether the log group is there.",
        "CIDR routing, geoproximity, traffic policies and DNSSEC signing are refused.",
    ),
    "route53resolver": (
        "The limit of 1,024 packets a second of an interface is off unless `genkan up "
        "--resolver-limit 1024` sets it, and then counts datagrams to the VPC's resolver alone.",
        "Questions are forwarded by UDP and TCP (Do53) whatever protocol a target names.",
        "Addresses are IPv4. Rules are FORWARD or SYSTEM. Of those that AWS defines by itself the "
        "Internet Resolver is listed; it cannot be associated, changed or deleted.",
        "Rules are not shared between accounts.",
        "DNS Firewall: what overrides a question is followed, and its addresses are answered too. "
        "Names that others' CNAMEs lead to are asked about as well. Alerts are lines in the log of "
        "the name server. AWS's managed lists, files of domains in S3, threat protection and "
        "sharing are not here. Fail-open is kept and shown.",
        "Configs of reverse zones, of signatures and of query logs are kept and shown: reverse "
        "zones answer as they do, nothing is signed or validated, and questions are not logged.",
    ),
    "service-quotas": (
        "Quotas of VPCs, EC2 and load balancing that are kept here; every other one is unknown. "
        "What AWS adjusts begins far above AWS's default, and a request for more is granted at "
        "once.",
    ),
    "sts": (
        "An account that has made no role in IAM takes every role as it is named: it can be "
        "assumed by whoever may, by the root user too, and may do everything. From its first role "
        "on a role has to be there, trusts whom it trusts, and may what its policies say.",
        "Keys that IAM makes (CreateAccessKey) are not told of by GetAccessKeyInfo. What "
        "AssumedRoleId begins with is not the role's RoleId in IAM.",
        "Not asked are boundaries of users' permissions, which are not kept (those of roles' are "
        "asked), organizations' policies, and the policies of functions, repositories and event "
        "buses.",
        "The keys aws:SourceVpcArn, aws:VpceAccount, aws:VpceOrgID and aws:VpceOrgPaths are not "
        "there, and of those of EC2 about endpoints the ones that the request itself says are. "
        "What AWS's guide asks of wildcards in conditions of endpoint policies is not checked.",
        "Where a call's resource is not in the table of its service, it is asked for on *: only a "
        "policy for every resource allows it.",
        "What DecodeAuthorizationMessage tells of a denial has no condition keys, and of "
        "statements the id of the one that denied alone.",
    ),
}
