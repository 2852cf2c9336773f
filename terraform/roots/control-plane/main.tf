# What an installation of several cells has once: who its companies are and what they pay, the
# images, the domain. No pods: those of the cells reach its database through peered networks.
locals {
  name = "clientele-control"
  tags = merge(var.tags, {
    "clientele:cell"      = "control"
    "clientele:residency" = var.residency
  })
  purposes        = toset(concat(["database", "files", "logs", "secrets"], var.guards_account ? ["trail"] : []))
  abroad_key_arns = { for standby in module.standby : var.disaster_region => standby.key_arns["secrets"] }
  server = {
    host = module.database.host
    port = module.database.port
  }
}

module "sizing" {
  source = "../../modules/sizing"

  tier      = "control"
  serves    = var.cells
  overrides = var.sizes
}

module "keys" {
  source = "../../modules/keys"

  name     = local.name
  purposes = local.purposes
  tags     = local.tags
}

module "observability" {
  source = "../../modules/observability"

  name         = local.name
  alarm_emails = var.alarm_emails
  kms_key_arn  = module.keys.arns["logs"]
  tags         = local.tags
}

module "network" {
  source = "../../modules/network"

  name         = local.name
  cidr         = var.cidr
  az_count     = module.sizing.network.az_count
  nat_mode     = module.sizing.network.nat_mode
  logs_key_arn = module.keys.arns["logs"]
  tags         = local.tags
}

# Who may connect is said by the cells, each with a rule of its own.
module "database" {
  source = "../../modules/database"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.database_subnet_ids
  kms_key_arn         = module.keys.arns["database"]
  logs_key_arn        = module.keys.arns["logs"]
  secrets_path        = "clientele/control"
  admin_version       = lookup(var.secret_versions, "admin", 1)
  recovery_days       = var.force_destroy ? 0 : 30
  instance_class      = module.sizing.database.class
  storage_gib         = module.sizing.database.storage_gib
  max_storage_gib     = module.sizing.database.max_storage_gib
  max_connections     = module.sizing.database.max_connections
  backup_days         = module.sizing.database.backup_days
  deletion_protection = var.deletion_protection
  skip_final_snapshot = var.force_destroy
  alarm_topic_arn     = module.observability.topic_arn
  tags                = local.tags
}

module "secrets" {
  source = "../../modules/secrets"

  name        = "clientele/control"
  kms_key_arn = module.keys.arns["secrets"]
  app         = true
  addresses = {
    control      = merge(local.server, { variable = "CONTROL_DATABASE_URL", role = "control_login", database = "control" })
    controlOwner = merge(local.server, { variable = "CONTROL_OWNER_URL", role = "control_owner", database = "control" })
  }
  versions        = var.secret_versions
  replica_regions = merge({ for region in var.cell_regions : region => null }, local.abroad_key_arns)
  recovery_days   = var.force_destroy ? 0 : 30
  tags            = local.tags
}

module "registry" {
  source = "../../modules/registry"

  kms_key_arn   = module.keys.arns["files"]
  force_destroy = var.force_destroy
  tags          = local.tags
}

resource "aws_route53_zone" "this" {
  name          = var.public_host
  comment       = "Clientele"
  force_destroy = var.force_destroy
  tags          = local.tags
}

module "standby" {
  source   = "../../modules/standby"
  for_each = toset(var.disaster_region == null ? [] : ["this"])

  name                = local.name
  backup_days         = module.sizing.database.backup_days
  alarm_emails        = var.alarm_emails
  deletion_protection = var.deletion_protection
  force_destroy       = var.force_destroy
  tags                = local.tags

  providers = {
    aws = aws.disaster
  }
}

module "backup_copy" {
  source   = "../../modules/backup-copy"
  for_each = toset(var.disaster_region == null ? [] : ["this"])

  source_arn  = module.database.arn
  backup_days = module.sizing.database.backup_days
  kms_key_arn = module.standby["this"].key_arns["database"]

  providers = {
    aws = aws.disaster
  }
}

module "guardrails" {
  source = "../../modules/guardrails"

  name               = local.name
  alarm_emails       = var.alarm_emails
  topic_arn          = module.observability.topic_arn
  monthly_budget_usd = var.monthly_budget_usd == null ? module.sizing.budget_usd : var.monthly_budget_usd
  cost_tag           = { key = "clientele:cell", value = "control" }
  backups            = { database = module.database.arn }
  backup_days        = module.sizing.database.backup_days
  kms_key_arn        = module.keys.arns["database"]
  copy_vault_arn     = one([for standby in module.standby : standby.vault_arn])
  guards_account     = var.guards_account
  trail_key_arn      = var.guards_account ? module.keys.arns["trail"] : null
  force_destroy      = var.force_destroy
  tags               = local.tags
}
