# What a region keeps for a cell of another one: keys, copies of files and backups, and for a large
# cell a database that follows. The provider is of this region.
module "keys" {
  source = "../keys"

  name     = "${var.name}-standby"
  purposes = ["database", "files", "logs"]
  tags     = var.tags
}

module "files" {
  source = "../objectstore"

  name          = var.files_name
  kms_key_arn   = module.keys.arns["files"]
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_backup_vault" "this" {
  name          = "${var.name}-standby"
  kms_key_arn   = module.keys.arns["database"]
  force_destroy = var.force_destroy
  tags          = var.tags
}

module "observability" {
  source = "../observability"

  name         = "${var.name}-standby"
  alarm_emails = var.alarm_emails
  kms_key_arn  = module.keys.arns["logs"]
  tags         = var.tags
}

module "network" {
  source   = "../network"
  for_each = toset(var.replica == null ? [] : ["replica"])

  name         = "${var.name}-standby"
  cidr         = var.replica.cidr
  az_count     = var.replica.az_count
  nat_mode     = "none"
  logs_key_arn = module.keys.arns["logs"]
  tags         = var.tags
}

module "database" {
  source   = "../database"
  for_each = toset(var.replica == null ? [] : ["replica"])

  name                = "${var.name}-standby"
  source_arn          = var.replica.source_arn
  vpc_id              = module.network["replica"].vpc_id
  subnet_ids          = module.network["replica"].database_subnet_ids
  kms_key_arn         = module.keys.arns["database"]
  logs_key_arn        = module.keys.arns["logs"]
  engine_version      = var.replica.engine_version
  instance_class      = var.replica.instance_class
  storage_gib         = var.replica.storage_gib
  max_storage_gib     = var.replica.max_storage_gib
  max_connections     = var.replica.max_connections
  multi_az            = false
  backup_days         = var.backup_days
  deletion_protection = var.deletion_protection
  skip_final_snapshot = true
  alarm_topic_arn     = module.observability.topic_arn
  tags                = var.tags
}
