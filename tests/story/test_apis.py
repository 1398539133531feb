"""APIs of API Gateway on real packets: what stands behind them is reached, and who may call them.

The tests share a site: one instance that says what it was asked, public and behind a load balancer,
and one function.
"""

import io
import json
import textwrap
import zipfile

import pytest

from tests.story.conftest import REGION, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

JSON = "application/json"
ECHO = """#!/usr/bin/env python3
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = {"method": self.command, "path": self.path, "body": body,
                "headers": dict(self.headers.items()), "from": self.client_address[0]}
        content = json.dumps(said).encode()
        self.send_response(404 if self.path.startswith("/none") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Echo", "yes")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    do_GET = do_POST = do_PUT = answer
    def log_message(self, *given): pass
http.server.ThreadingHTTPServer(("", 8080), Echo).serve_forever()
"""
FUNCTION = """
import base64, json, time
def handler(event, context):
    print("asked by", context.invoked_function_arn)
    if event.get("type") == "TOKEN":
        effect = "Allow" if event["authorizationToken"] == "tea" else "Deny"
        statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*"}
        return {"principalId": "me", "context": {"likes": "tea"},
                "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    if event.get("type") == "REQUEST":
        return {"isAuthorized": event["identitySource"] == ["me"], "context": {"who": "me"}}
    if event.get("requestContext", {}).get("eventType") == "MESSAGE":
        import boto3
        context = event["requestContext"]
        url = "https://" + context["domainName"] + "/" + context["stage"]
        client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
        client.post_to_connection(
            ConnectionId=context["connectionId"], Data=("heard " + event["body"]).encode())
        return {"statusCode": 200}
    path = event.get("path") or event.get("rawPath") or event.get("what")
    if path.endswith("/fails"):
        raise ValueError("no tea")
    if path.endswith("/whoami"):
        import boto3
        return {"statusCode": 200, "body": boto3.client("sts").get_caller_identity()["Arn"]}
    if path.endswith("/bytes"):
        return {"statusCode": 200, "body": base64.b64encode(b"\\x00\\xff").decode(),
                "isBase64Encoded": True, "headers": {"Content-Type": "image/x-any"}}
    if path.endswith("/slow"):
        time.sleep(60)
    if path.endswith("/odd"):
        return ["no answer of a proxy"]
    return {"statusCode": 201, "headers": {"X-Made": "yes"}, "body": json.dumps(event)}
"""


class Network:
    """A VPC with an endpoint for execute-api, an instance that echoes, and the APIs' means."""

    def __init__(self, site):
        self.site = site
        self.ec2, self.gateway, self.functions = map(site.client, ("ec2", "apigateway", "lambda"))
        self.account = site.client("sts").get_caller_identity()["Account"]
        ec2 = self.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")["Subnet"][
            "SubnetId"
        ]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        (table,) = ec2.describe_route_tables()["RouteTables"]
        anywhere = "0.0.0.0/0"
        ec2.create_route(
            RouteTableId=table["RouteTableId"], DestinationCidrBlock=anywhere, GatewayId=gateway
        )
        (group,) = ec2.describe_security_groups()["SecurityGroups"]
        opened = [
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": anywhere}],
            }
            for port in (443, 8080)
        ]
        ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=opened)
        named = {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "app"}]}
        (made,) = ec2.run_instances(
            ImageId="ami-genkan",
            MinCount=1,
            MaxCount=1,
            UserData=ECHO,
            TagSpecifications=[named],
            NetworkInterfaces=[
                {"DeviceIndex": 0, "SubnetId": self.subnet, "AssociatePublicIpAddress": True}
            ],
        )["Instances"]
        self.app = made["InstanceId"]
        self.function = self.make_function()

    def public_address(self):
        (found,) = self.ec2.describe_instances()["Reservations"][0]["Instances"]
        return found.get("PublicIpAddress")

    def make_function(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr("f.py", textwrap.dedent(FUNCTION))
        iam = self.site.client("iam")
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = iam.create_role(RoleName="maker", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        statement = {"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="maker", PolicyName="p", PolicyDocument=policy)
        return self.functions.create_function(
            FunctionName="f",
            Role=role,
            Code={"ZipFile": packed.getvalue()},
            Handler="f.handler",
            Runtime="python3.11",
            Timeout=3,
        )["FunctionArn"]

    @property
    def function_uri(self):
        path = f"2015-03-31/functions/{self.function}/invocations"
        return f"arn:aws:apigateway:{REGION}:lambda:path/{path}"

    def let_in(self, api):
        self.functions.add_permission(
            FunctionName="f",
            StatementId=api,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{self.account}:{api}/*",
        )

    def make(self, integration, *, answers=(), method=None, **api):
        """Make an API that hands every path on; give its name."""
        made = self.gateway.create_rest_api(name="any", **api)
        name, root = made["id"], made["rootResourceId"]
        proxy = self.gateway.create_resource(restApiId=name, parentId=root, pathPart="{proxy+}")
        where = {"restApiId": name, "resourceId": proxy["id"], "httpMethod": "ANY"}
        self.gateway.put_method(
            **where,
            **{
                "authorizationType": "NONE",
                "requestParameters": {"method.request.path.proxy": True},
                **(method(name) if method else {}),
            },
        )
        self.gateway.put_integration(**where, **{"integrationHttpMethod": "POST", **integration})
        for answer in answers:
            self.gateway.put_method_response(**where, statusCode=answer["statusCode"])
            self.gateway.put_integration_response(**where, **answer)
        self.gateway.create_deployment(
            restApiId=name, stageName="prod", variables={"where": f"{self.public_address()}:8080"}
        )
        return name

    def call(self, name, path, *more, of="internet"):
        """Call an API with curl; give the status, the headers and the body."""
        host = f"{name}.execute-api.{REGION}.amazonaws.com"
        said = self.site.inside(
            of, "curl", "-sS", "-i", "--http1.1", "-m", "20", *more, f"https://{host}{path}"
        )
        assert said.returncode == 0, said.stderr
        head, _, body = said.stdout.partition("\n\n")
        status, *lines = head.replace("\r", "").splitlines()
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return int(status.split()[1]), headers, body


@pytest.fixture(scope="module")
def network():
    with running_site(False) as site:
        made = Network(site)
        ask = ("curl", "-s", "-m", "1", f"http://{made.public_address()}:8080/")
        until(lambda: site.inside("internet", *ask).stdout, lambda said: "GET" in said)
        yield made


@pytest.fixture(scope="module")
def by_function(network):
    uri = {"type": "AWS_PROXY", "uri": network.function_uri}
    name = network.make(uri, binaryMediaTypes=["image/*"])
    network.let_in(name)
    return name


PROXY = {"integration.request.path.proxy": "method.request.path.proxy"}


def test_a_proxy_integration_hands_a_call_on_as_it_came(network):
    name = network.make(
        {
            "type": "HTTP_PROXY",
            "integrationHttpMethod": "ANY",
            "uri": "http://${stageVariables.where}/api/{proxy}",
            "requestParameters": {
                **PROXY,
                "integration.request.header.X-Stage": "context.stage",
                "integration.request.querystring.of": "'us'",
            },
        }
    )
    status, headers, body = network.call(
        name, "/prod/a%20b/c?q=1&q=2", "-X", "PUT", "-d", "tea", "-H", "X-Mine: yes"
    )
    assert (status, headers["x-echo"]) == (200, "yes")
    said = json.loads(body)
    assert (said["method"], said["body"]) == ("PUT", "tea")
    assert said["path"] == "/api/a%20b/c?q=1&q=2&of=us"
    assert (said["headers"]["X-Mine"], said["headers"]["X-Stage"]) == ("yes", "prod")
    assert said["headers"]["Host"] == f"{network.public_address()}:8080"
    assert said["from"] == "198.51.100.10"


def test_an_integration_with_templates_asks_and_answers_in_its_own_words(network):
    name = network.make(
        {
            "type": "HTTP",
            "uri": "http://${stageVariables.where}/{proxy}",
            "requestParameters": PROXY,
            "requestTemplates": {JSON: '{"size": $input.path("$.cups").size()}'},
        },
        answers=(
            {
                "statusCode": "200",
                "responseTemplates": {
                    "application/json": "$input.path('$.body') $input.json('$.method')"
                },
                "responseParameters": {
                    "method.response.header.X-Was": "integration.response.header.X-Echo"
                },
            },
            {"statusCode": "410", "selectionPattern": "404", "responseTemplates": {}},
        ),
    )
    told = ("-d", '{"cups": [1, 2]}', "-H", "Content-Type: application/json")
    status, headers, body = network.call(name, "/prod/x", *told)
    assert (status, headers["x-was"], body) == (200, "yes", '{"size": 2} "POST"')
    status, _, body = network.call(name, "/prod/none", *told)
    assert (status, json.loads(body)["path"]) == (410, "/none")


def test_a_vpc_link_reaches_targets_as_its_load_balancer_does(network):
    elb = network.site.client("elbv2")
    (balancer,) = elb.create_load_balancer(
        Name="inner", Type="network", Scheme="internal", Subnets=[network.subnet]
    )["LoadBalancers"]
    (group,) = elb.create_target_group(
        Name="apps", Protocol="TCP", Port=8080, VpcId=network.vpc, TargetType="instance"
    )["TargetGroups"]
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": network.app}])
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="TCP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    link = network.gateway.create_vpc_link(name="l", targetArns=[balancer["LoadBalancerArn"]])
    name = network.make(
        {
            "type": "HTTP_PROXY",
            "uri": "http://inner.example/{proxy}",
            "requestParameters": PROXY,
            "connectionType": "VPC_LINK",
            "connectionId": link["id"],
        }
    )
    shown = until(lambda: network.call(name, "/prod/x"), lambda said: said[0] == 200)
    said = json.loads(shown[2])
    (node,) = network.ec2.describe_network_interfaces(
        Filters=[{"Name": "description", "Values": ["ELB *"]}]
    )["NetworkInterfaces"]
    assert said["from"] == node["PrivateIpAddress"]
    assert said["headers"]["Host"] == "inner.example"


def test_an_integration_that_nobody_answers_is_a_network_error(network):
    for uri in ("http://nowhere.example/", f"http://{network.public_address()}:8081/"):
        name = network.make({"type": "HTTP_PROXY", "uri": uri, "timeoutInMillis": 2000})
        status, _, body = network.call(name, "/prod/x")
        assert (status, json.loads(body)["message"]) in (
            (504, "Network error communicating with endpoint"),
            (504, "Endpoint request timed out"),
        )


def test_a_function_is_invoked_where_its_policy_lets_api_gateway_in(network):
    name = network.make({"type": "AWS_PROXY", "uri": network.function_uri})
    status, _, body = network.call(name, "/prod/x")
    assert (status, json.loads(body)) == (500, {"message": "Internal server error"})
    log = (network.site.home / "log" / "embedded.log").read_text()
    assert "Invalid permissions on Lambda function" in log
    network.let_in(name)
    status, headers, body = network.call(name, "/prod/x/y?q=1&q=2", "-d", "tea")
    assert (status, headers["x-made"]) == (201, "yes")
    event = json.loads(body)
    assert (event["httpMethod"], event["path"], event["body"]) == ("POST", "/x/y", "tea")
    assert event["pathParameters"] == {"proxy": "x/y"}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"]}
    assert event["requestContext"]["identity"]["sourceIp"] == "198.51.100.10"


def test_a_function_that_fails_or_answers_oddly_is_a_bad_gateway(network, by_function):
    for path in ("/fails", "/odd", "/slow"):
        status, _, body = network.call(by_function, f"/prod{path}")
        assert (status, json.loads(body)) == (502, {"message": "Internal server error"})
    logs = network.site.client("logs")
    said = []
    for stream in logs.describe_log_streams(logGroupName="/aws/lambda/f")["logStreams"]:
        where = {"logGroupName": "/aws/lambda/f", "logStreamName": stream["logStreamName"]}
        said += [one["message"] for one in logs.get_log_events(**where)["events"]]
    assert any("ValueError: no tea" in one for one in said)
    assert any("Task timed out after 3.00 seconds" in one for one in said)


def test_a_function_signs_as_its_role_and_answers_bytes_to_who_takes_them(network, by_function):
    status, _, body = network.call(by_function, "/prod/whoami")
    whole = f"arn:aws:sts::{network.account}:assumed-role/maker/f"
    assert (status, body) == (200, whole)
    accepts = ("-H", "Accept: image/x-any", "-o", "/dev/null", "-w", "%{size_download}")
    host = f"https://{by_function}.execute-api.{REGION}.amazonaws.com/prod/bytes"
    asked = network.site.inside("internet", "curl", "-sS", *accepts, host)
    assert asked.stdout == "2"
    assert network.call(by_function, "/prod/bytes")[2] == "AP8="


def test_an_error_of_a_function_chooses_the_answer(network):
    name = network.make(
        {
            "type": "AWS",
            "uri": network.function_uri,
            "requestTemplates": {JSON: '{"what": "/$input.params("proxy")"}'},
        },
        answers=(
            {
                "statusCode": "200",
                "responseTemplates": {JSON: "$input.json('$.statusCode')"},
            },
            {
                "statusCode": "418",
                "selectionPattern": "no .*",
                "responseTemplates": {JSON: "$input.path('$.errorType')"},
            },
        ),
    )
    network.let_in(name)
    assert network.call(name, "/prod/x")[::2] == (200, "201")
    assert network.call(name, "/prod/fails")[::2] == (418, "ValueError")


def test_an_authorizer_lets_in_and_tells_the_integration_who(network):
    def method(name):
        made = network.gateway.create_authorizer(
            restApiId=name,
            name="by-token",
            type="TOKEN",
            authorizerUri=network.function_uri,
            identitySource="method.request.header.X-Token",
        )
        return {"authorizationType": "CUSTOM", "authorizerId": made["id"]}

    integration = {
        "type": "HTTP_PROXY",
        "uri": "http://${stageVariables.where}/",
        "requestParameters": {"integration.request.header.X-Likes": "context.authorizer.likes"},
    }
    name = network.make(integration, method=method)
    network.let_in(name)
    assert network.call(name, "/prod/x")[0] == 401
    assert network.call(name, "/prod/x", "-H", "X-Token: coffee")[0] == 403
    status, _, body = network.call(name, "/prod/x", "-H", "X-Token: tea")
    assert (status, json.loads(body)["headers"]["X-Likes"]) == (200, "tea")


def test_an_endpoint_with_private_names_takes_public_apis_away(network, by_function):
    assert network.call(by_function, "/prod/x", of="app")[0] == 201
    made = network.ec2.create_vpc_endpoint(
        VpcId=network.vpc,
        VpcEndpointType="Interface",
        SubnetIds=[network.subnet],
        ServiceName=f"com.amazonaws.{REGION}.execute-api",
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    until(
        lambda: network.ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"][0],
        lambda shown: shown["State"] == "available",
    )
    status, _, body = network.call(by_function, "/prod/x", of="app")
    assert (status, json.loads(body)) == (403, {"message": "Forbidden"})
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": "execute-api:/*",
                "Condition": {"StringEquals": {"aws:SourceVpce": made}},
            }
        ],
    }
    name = network.make(
        {"type": "AWS_PROXY", "uri": network.function_uri},
        endpointConfiguration={"types": ["PRIVATE"]},
        policy=json.dumps(policy),
    )
    network.let_in(name)
    status, _, body = network.call(name, "/prod/x", of="app")
    event = json.loads(body)
    assert (status, event["requestContext"]["identity"]["vpceId"]) == (201, made)
    assert network.call(name, "/prod/x")[0] == 403
