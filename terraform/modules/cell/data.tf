# What must not be lost: the database, the files, the secrets, and their copies.
module "database" {
  source = "../database"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.database_subnet_ids
  client_cidrs        = { for zone, cidr in module.network.private_cidrs : "pods-${zone}" => cidr }
  kms_key_arn         = local.key_arns["database"]
  logs_key_arn        = local.key_arns["logs"]
  secrets_path        = "clientele/${var.name}"
  admin_version       = lookup(var.secret_versions, "admin", 1)
  recovery_days       = var.force_destroy ? 0 : 30
  engine_version      = var.engine_version
  instance_class      = module.sizing.database.class
  storage_gib         = module.sizing.database.storage_gib
  max_storage_gib     = module.sizing.database.max_storage_gib
  max_connections     = module.sizing.database.max_connections
  backup_days         = module.sizing.database.backup_days
  replicas            = module.sizing.database.replicas
  deletion_protection = var.deletion_protection
  skip_final_snapshot = var.force_destroy
  alarm_topic_arn     = module.observability.topic_arn
  tags                = local.tags
}

module "objectstore" {
  source = "../objectstore"

  name          = "${local.name}-${local.account}-files"
  kms_key_arn   = local.key_arns["files"]
  origins       = local.origins
  service_roles = module.cluster.service_roles
  force_destroy = var.force_destroy
  replica = var.disaster_region == null ? null : {
    bucket_arn  = module.standby["this"].files_arn
    kms_key_arn = module.standby["this"].key_arns["files"]
  }
  tags = local.tags
}

locals {
  origins = concat(
    ["https://${var.public_host}", "https://*.${var.public_host}"],
    [for domain in var.own_domains : "https://${domain}"],
  )
  server = {
    host = module.database.host
    port = module.database.port
  }
  control_addresses = {
    control      = merge(local.server, { variable = "CONTROL_DATABASE_URL", role = "control_login", database = "control" })
    controlOwner = merge(local.server, { variable = "CONTROL_OWNER_URL", role = "control_owner", database = "control" })
  }
  abroad_key_arns = { for standby in module.standby : var.disaster_region => standby.key_arns["secrets"] }
  secret_regions  = merge({ for region in var.further_regions : region => null }, local.abroad_key_arns)
  cell_addresses = {
    cell  = merge(local.server, { variable = "DATABASE_URL", role = "cell_login", database = "cell" })
    jobs  = merge(local.server, { variable = "JOBS_DATABASE_URL", role = "jobs_worker", database = "cell" })
    owner = merge(local.server, { variable = "CELL_OWNER_URL", role = "cell_owner", database = "cell" })
  }
}

module "secrets" {
  source = "../secrets"

  name          = "clientele/${var.name}"
  kms_key_arn   = local.key_arns["secrets"]
  addresses     = local.cell_addresses
  versions      = { for group, version in var.secret_versions : group => version if contains(keys(local.cell_addresses), group) }
  recovery_days = var.force_destroy ? 0 : 30
  tags          = local.tags
}

# Shared by all cells of the installation, so they are not named after this one.
module "control_secrets" {
  source   = "../secrets"
  for_each = toset(local.holds_control_plane ? ["control"] : [])

  name            = "clientele/control"
  kms_key_arn     = local.key_arns["secrets"]
  app             = true
  addresses       = local.control_addresses
  versions        = { for group, version in var.secret_versions : group => version if contains(keys(local.control_addresses), group) }
  replica_regions = local.secret_regions
  recovery_days   = var.force_destroy ? 0 : 30
  tags            = local.tags
}

module "standby" {
  source   = "../standby"
  for_each = toset(var.disaster_region == null ? [] : ["this"])

  name         = local.name
  files_name   = "${local.name}-${local.account}-files-copy"
  kms_key_arn  = var.disaster_kms_key_arn
  backup_days  = module.sizing.database.backup_days
  alarm_emails = var.alarm_emails
  replica = !module.sizing.database.standby_replica ? null : {
    source_arn      = module.database.arn
    cidr            = var.disaster_cidr
    az_count        = module.sizing.network.az_count
    instance_class  = module.sizing.database.class
    storage_gib     = module.sizing.database.storage_gib
    max_storage_gib = module.sizing.database.max_storage_gib
    max_connections = module.sizing.database.max_connections
    engine_version  = var.engine_version
  }
  deletion_protection = var.deletion_protection
  force_destroy       = var.force_destroy
  tags                = local.tags

  providers = {
    aws = aws.disaster
  }
}

module "backup_copy" {
  source   = "../backup-copy"
  for_each = toset(var.disaster_region == null ? [] : ["this"])

  source_arn  = module.database.arn
  backup_days = module.sizing.database.backup_days
  kms_key_arn = module.standby["this"].key_arns["database"]

  providers = {
    aws = aws.disaster
  }
}

module "guardrails" {
  source = "../guardrails"

  name               = local.name
  alarm_emails       = var.alarm_emails
  topic_arn          = module.observability.topic_arn
  monthly_budget_usd = local.budget_usd
  cost_tag           = { key = "clientele:cell", value = var.name }
  backups = {
    database = module.database.arn
    files    = module.objectstore.arn
  }
  backup_days    = module.sizing.database.backup_days
  kms_key_arn    = local.key_arns["database"]
  copy_vault_arn = one([for standby in module.standby : standby.vault_arn])
  vault_lock     = var.lock_backups
  guards_account = local.guards_account
  trail_key_arn  = local.guards_account ? local.key_arns["trail"] : null
  force_destroy  = var.force_destroy
  tags           = local.tags
}
