data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}

locals {
  name    = "clientele-${var.name}"
  account = data.aws_caller_identity.me.account_id
  tags = merge(var.tags, {
    "clientele:cell"      = var.name
    "clientele:tier"      = var.tier
    "clientele:residency" = var.residency
  })

  holds_control_plane = var.control_plane == null
  owns_control_plane  = local.holds_control_plane || var.owns_control_plane
  guards_account      = var.guards_account == null ? local.holds_control_plane : var.guards_account
  zone_id             = local.holds_control_plane ? var.zone_id : var.control_plane.zone_id
  budget_usd          = var.monthly_budget_usd == null ? module.sizing.budget_usd : var.monthly_budget_usd

  purposes = toset(concat(["cluster", "database", "files", "logs", "secrets"], local.guards_account ? ["trail"] : []))
  key_arns = var.kms_key_arn == null ? module.keys.arns : { for purpose in local.purposes : purpose => var.kms_key_arn }
}

module "sizing" {
  source = "../sizing"

  tier                 = var.tier
  shares_control_plane = local.holds_control_plane
  serves               = var.serves
  overrides            = var.sizes
}

# Made also beside a customer's key: files and backups from before still need them.
module "keys" {
  source = "../keys"

  name     = local.name
  purposes = local.purposes
  tags     = local.tags
}

module "observability" {
  source = "../observability"

  name                = local.name
  alarm_emails        = var.alarm_emails
  kms_key_arn         = local.key_arns["logs"]
  cluster_name        = local.name
  least_pods          = module.sizing.helm.web.replicas + module.sizing.helm.worker.replicas
  database_identifier = local.name
  tags                = local.tags
}

module "network" {
  source = "../network"

  name                = local.name
  cidr                = var.cidr
  az_count            = module.sizing.network.az_count
  nat_mode            = module.sizing.network.nat_mode
  interface_endpoints = module.sizing.network.endpoints
  cluster_name        = local.name
  logs_key_arn        = local.key_arns["logs"]
  tags                = local.tags
}

module "peering" {
  source   = "../peering"
  for_each = toset(local.holds_control_plane ? [] : ["control"])

  name            = local.name
  vpc_id          = module.network.vpc_id
  cidr            = var.cidr
  route_table_ids = module.network.private_route_table_ids
  control         = var.control_plane
  tags            = local.tags

  providers = {
    aws         = aws
    aws.control = aws.control
  }
}

module "cluster" {
  source = "../cluster"

  name               = local.name
  kubernetes_version = var.kubernetes_version
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.private_subnet_ids
  api_cidrs          = var.api_cidrs
  kms_key_arn        = local.key_arns["cluster"]
  logs_key_arn       = local.key_arns["logs"]
  node_groups = {
    general = {
      instance_types = [module.sizing.nodes.type]
      min            = module.sizing.nodes.min
      desired        = module.sizing.nodes.desired
      max            = module.sizing.nodes.max
      disk_gib       = module.sizing.nodes.disk_gib
    }
  }
  tags = local.tags
}

module "cluster_access" {
  source = "../cluster-access"

  cluster_name    = module.cluster.ready_name
  vpc_id          = module.network.vpc_id
  administrators  = var.administrators
  viewers         = var.viewers
  releasers       = var.releasers
  secret_arns     = local.readable_secret_arns
  secret_key_arns = local.readable_key_arns
  zone_ids        = [local.zone_id]
  tags            = local.tags
}

module "edge" {
  source = "../edge"

  name          = local.name
  public_host   = var.public_host
  zone_id       = local.zone_id
  proves_domain = local.owns_control_plane
  logs_key_arn  = local.key_arns["logs"]
  tags          = local.tags
}

module "registry" {
  source   = "../registry"
  for_each = toset(local.holds_control_plane ? ["clientele"] : [])

  name          = each.key
  kms_key_arn   = local.key_arns["files"]
  force_destroy = var.force_destroy
  tags          = local.tags
}
