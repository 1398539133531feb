terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {}

variable "changed" { default = false }

data "aws_region" "here" {}

resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = true
  tags                             = { Name = "main" }
}
resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.1.0.0/16"
}
resource "aws_vpc_dhcp_options" "own" {
  domain_name         = "inside.example"
  domain_name_servers = ["AmazonProvidedDNS"]
}
resource "aws_vpc_dhcp_options_association" "own" {
  vpc_id          = aws_vpc.main.id
  dhcp_options_id = aws_vpc_dhcp_options.own.id
}
resource "aws_subnet" "each" {
  for_each          = { a = "10.0.1.0/24", c = "10.0.2.0/24" }
  vpc_id            = aws_vpc.main.id
  cidr_block        = each.value
  availability_zone = "${data.aws_region.here.name}${each.key}"
}
resource "aws_subnet" "more" {
  vpc_id            = aws_vpc_ipv4_cidr_block_association.more.vpc_id
  cidr_block        = "10.1.1.0/24"
  availability_zone = "${data.aws_region.here.name}a"
}
resource "aws_internet_gateway" "out" {}
resource "aws_internet_gateway_attachment" "out" {
  vpc_id              = aws_vpc.main.id
  internet_gateway_id = aws_internet_gateway.out.id
}
resource "aws_egress_only_internet_gateway" "six" { vpc_id = aws_vpc.main.id }
resource "aws_eip" "nat" { domain = "vpc" }
resource "aws_nat_gateway" "out" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.each["a"].id
  depends_on    = [aws_internet_gateway_attachment.out]
}
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.out.id
  }
  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.six.id
  }
  depends_on = [aws_internet_gateway_attachment.out]
}
resource "aws_main_route_table_association" "main" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_route_table" "inside" { vpc_id = aws_vpc.main.id }
resource "aws_route" "inside" {
  route_table_id         = aws_route_table.inside.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.out.id
}
resource "aws_route_table_association" "inside" {
  route_table_id = aws_route_table.inside.id
  subnet_id      = aws_subnet.each["c"].id
}
resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_default_network_acl" "main" {
  default_network_acl_id = aws_vpc.main.default_network_acl_id
  ingress {
    rule_no    = 50
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "10.0.0.0/8"
  }
  egress {
    rule_no    = 50
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
  lifecycle { ignore_changes = [subnet_ids] }
}
resource "aws_network_acl" "inside" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.each["c"].id]
  ingress {
    rule_no    = 100
    action     = var.changed ? "deny" : "allow"
    protocol   = "tcp"
    from_port  = 1
    to_port    = 65535
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_network_acl" "more" {
  vpc_id = aws_vpc.main.id
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_network_acl_association" "more" {
  network_acl_id = aws_network_acl.more.id
  subnet_id      = aws_subnet.more.id
}
resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 4
  entry {
    cidr        = "198.18.0.0/24"
    description = "here"
  }
  dynamic "entry" {
    for_each = var.changed ? ["198.18.9.0/24"] : []
    content { cidr = entry.value }
  }
}
resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv4"
  max_entries    = 4
}
resource "aws_ec2_managed_prefix_list_entry" "partner" {
  prefix_list_id = aws_ec2_managed_prefix_list.partners.id
  cidr           = "198.18.1.0/24"
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "app" {
  security_group_id = aws_security_group.app.id
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
}
resource "aws_vpc_security_group_egress_rule" "app" {
  security_group_id = aws_security_group.app.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_security_group" "extra" {
  name   = "extra"
  vpc_id = aws_vpc.main.id
}
resource "aws_network_interface" "first" {
  subnet_id         = aws_subnet.each["a"].id
  private_ips       = ["10.0.1.50", "10.0.1.51"]
  security_groups   = [aws_security_group.app.id]
  source_dest_check = false
}
resource "aws_network_interface" "second" {
  subnet_id       = aws_subnet.each["a"].id
  security_groups = [aws_security_group.app.id]
}
resource "aws_network_interface_sg_attachment" "extra" {
  network_interface_id = aws_network_interface.second.id
  security_group_id    = aws_security_group.extra.id
}
resource "aws_instance" "app" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  network_interface {
    device_index         = 0
    network_interface_id = aws_network_interface.first.id
  }
  tags = { Name = "app" }
}
resource "aws_network_interface_attachment" "second" {
  instance_id          = aws_instance.app.id
  network_interface_id = aws_network_interface.second.id
  device_index         = 1
}
resource "aws_eip" "app" { domain = "vpc" }
resource "aws_eip_association" "app" {
  allocation_id        = aws_eip.app.id
  network_interface_id = aws_network_interface.first.id
  private_ip_address   = "10.0.1.51"
}
resource "aws_lb" "orders" {
  name                             = "orders"
  internal                         = true
  load_balancer_type               = "network"
  subnets                          = [for one in aws_subnet.each : one.id]
  security_groups                  = [aws_security_group.app.id]
  enable_cross_zone_load_balancing = var.changed
}
resource "aws_lb_target_group" "orders" {
  name               = "orders"
  port               = 8080
  protocol           = "TCP"
  target_type        = "ip"
  vpc_id             = aws_vpc.main.id
  preserve_client_ip = false
  health_check {
    protocol = "TCP"
    port     = 8080
    interval = 10
  }
}
resource "aws_lb_target_group_attachment" "orders" {
  target_group_arn = aws_lb_target_group.orders.arn
  target_id        = "10.0.1.50"
}
resource "aws_lb_listener" "orders" {
  load_balancer_arn = aws_lb.orders.arn
  port              = var.changed ? 8443 : 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.orders.arn
  }
}
resource "aws_vpc_endpoint_service" "orders" {
  acceptance_required        = var.changed
  network_load_balancer_arns = [aws_lb.orders.arn]
}
resource "aws_vpc_endpoint_service_allowed_principal" "own" {
  vpc_endpoint_service_id = aws_vpc_endpoint_service.orders.id
  principal_arn           = "arn:aws:iam::123456789012:root"
}
resource "aws_vpc" "shop" {
  cidr_block           = "10.9.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_subnet" "shop" {
  vpc_id            = aws_vpc.shop.id
  cidr_block        = "10.9.1.0/24"
  availability_zone = "${data.aws_region.here.name}a"
}
resource "aws_vpc_endpoint" "orders" {
  vpc_id            = aws_vpc.shop.id
  service_name      = aws_vpc_endpoint_service.orders.service_name
  vpc_endpoint_type = "Interface"
  subnet_ids        = [aws_subnet.shop.id]
  depends_on        = [aws_vpc_endpoint_service_allowed_principal.own]
}
resource "aws_vpc_endpoint" "sqs" {
  vpc_id            = aws_vpc.shop.id
  service_name      = "com.amazonaws.${data.aws_region.here.name}.sqs"
  vpc_endpoint_type = "Interface"
}
resource "aws_vpc_endpoint_subnet_association" "sqs" {
  vpc_endpoint_id = aws_vpc_endpoint.sqs.id
  subnet_id       = aws_subnet.shop.id
}
resource "aws_vpc_endpoint_private_dns" "sqs" {
  vpc_endpoint_id     = aws_vpc_endpoint.sqs.id
  private_dns_enabled = true
  depends_on          = [aws_vpc_endpoint_subnet_association.sqs]
}
resource "aws_vpc_peering_connection" "pair" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.shop.id
  auto_accept = true
}
resource "aws_vpc_peering_connection_options" "pair" {
  vpc_peering_connection_id = aws_vpc_peering_connection.pair.id
  accepter { allow_remote_vpc_dns_resolution = true }
}
resource "aws_route53_zone" "inside" {
  name = "inside.example"
  vpc { vpc_id = aws_vpc.main.id }
  lifecycle { ignore_changes = [vpc] }
}
resource "aws_route53_zone_association" "shop" {
  zone_id = aws_route53_zone.inside.zone_id
  vpc_id  = aws_vpc.shop.id
}
resource "aws_route53_record" "app" {
  zone_id = aws_route53_zone.inside.zone_id
  name    = "app"
  type    = "A"
  ttl     = var.changed ? 60 : 30
  records = ["10.0.1.50"]
}
resource "aws_route53_record" "orders" {
  zone_id = aws_route53_zone.inside.zone_id
  name    = "orders.inside.example"
  type    = "A"
  alias {
    name                   = aws_vpc_endpoint.orders.dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.orders.dns_entry[0].hosted_zone_id
    evaluate_target_health = false
  }
}
resource "aws_route53_resolver_endpoint" "out" {
  name               = "out"
  direction          = "OUTBOUND"
  security_group_ids = [aws_security_group.app.id]
  ip_address { subnet_id = aws_subnet.each["a"].id }
  ip_address {
    subnet_id = aws_subnet.each["c"].id
    ip        = "10.0.2.53"
  }
}
resource "aws_route53_resolver_rule" "corp" {
  domain_name          = "corp.example"
  rule_type            = "FORWARD"
  resolver_endpoint_id = aws_route53_resolver_endpoint.out.id
  target_ip { ip = var.changed ? "10.0.1.51" : "10.0.1.50" }
}
resource "aws_route53_resolver_rule_association" "corp" {
  resolver_rule_id = aws_route53_resolver_rule.corp.id
  vpc_id           = aws_vpc.main.id
}
