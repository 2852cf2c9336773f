data "aws_availability_zones" "here" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_region" "here" {}

locals {
  zones   = slice(["a", "b", "c"], 0, var.az_count)
  az      = { for i, zone in local.zones : zone => data.aws_availability_zones.here.names[i] }
  reaches = var.nat_mode != "none"
  public  = local.reaches ? local.zones : []
  nat = {
    none   = []
    single = ["a"]
    per_az = local.zones
  }[var.nat_mode]

  # Three quarters for pods; the last quarter holds the small subnets.
  private_cidrs  = { for i, zone in local.zones : zone => cidrsubnet(var.cidr, 2, i) }
  public_cidrs   = { for i, zone in local.zones : zone => cidrsubnet(var.cidr, 6, 48 + i) }
  endpoint_cidrs = { for i, zone in local.zones : zone => cidrsubnet(var.cidr, 6, 52 + i) }
  endpoints      = length(var.interface_endpoints) > 0 ? local.zones : []
  database_cidrs = { for i, zone in local.zones : zone => cidrsubnet(var.cidr, 6, 56 + i) }

  cluster_tags = var.cluster_name == null ? {} : { "kubernetes.io/cluster/${var.cluster_name}" = "shared" }
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = merge(var.tags, { Name = var.name })
}

# Nothing uses it; what is put there by mistake reaches nothing.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-closed" })
}

resource "aws_subnet" "public" {
  for_each = toset(local.public)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.az[each.key]
  cidr_block        = local.public_cidrs[each.key]
  tags              = merge(var.tags, local.cluster_tags, { Name = "${var.name}-public-${each.key}", "kubernetes.io/role/elb" = "1" })
}

resource "aws_subnet" "private" {
  for_each = toset(local.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.az[each.key]
  cidr_block        = local.private_cidrs[each.key]
  tags              = merge(var.tags, local.cluster_tags, { Name = "${var.name}-private-${each.key}", "kubernetes.io/role/internal-elb" = "1" })
}

resource "aws_subnet" "database" {
  for_each = toset(local.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.az[each.key]
  cidr_block        = local.database_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${var.name}-database-${each.key}" })
}

# Of their own, so that a pod may be let to AWS and to nothing else inside.
resource "aws_subnet" "endpoints" {
  for_each = toset(local.endpoints)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.az[each.key]
  cidr_block        = local.endpoint_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${var.name}-endpoints-${each.key}" })
}
