# The cell asks; the control plane's side accepts, in its own region.
resource "aws_vpc_peering_connection" "this" {
  vpc_id      = var.vpc_id
  peer_vpc_id = var.control.vpc_id
  peer_region = var.control.region
  tags        = merge(var.tags, { Name = "${var.name}-control" })
}

resource "aws_vpc_peering_connection_accepter" "this" {
  provider = aws.control

  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
  auto_accept               = true
  tags                      = merge(var.tags, { Name = "${var.name}-control" })
}

resource "aws_route" "to_control" {
  for_each = var.route_table_ids

  route_table_id            = each.value
  destination_cidr_block    = var.control.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this.vpc_peering_connection_id
}

resource "aws_route" "to_cell" {
  provider = aws.control

  route_table_id            = var.control.route_table_id
  destination_cidr_block    = var.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this.vpc_peering_connection_id
}

resource "aws_vpc_security_group_ingress_rule" "postgresql" {
  provider = aws.control

  security_group_id = var.control.security_group_id
  description       = "PostgreSQL from the pods of ${var.name}"
  cidr_ipv4         = var.cidr
  ip_protocol       = "tcp"
  from_port         = var.control.port
  to_port           = var.control.port
  tags              = merge(var.tags, { Name = var.name })
}
