# What a region keeps for a cell or a control plane of another one: keys, copies of files and backups,
# and for a large cell a database that follows. The provider is of this region.
locals {
  key_arns = { for purpose, arn in module.keys.arns : purpose => coalesce(var.kms_key_arn, arn) }
}

# Made also beside a customer's key: copies from before still need them.
module "keys" {
  source = "../keys"

  name     = "${var.name}-standby"
  purposes = ["database", "files", "logs", "secrets"]
  tags     = var.tags
}

module "files" {
  source   = "../objectstore"
  for_each = toset(var.files_name == null ? [] : ["copy"])

  name          = var.files_name
  kms_key_arn   = local.key_arns["files"]
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_backup_vault" "this" {
  name          = "${var.name}-standby"
  kms_key_arn   = local.key_arns["database"]
  force_destroy = var.force_destroy
  tags          = var.tags
}

module "observability" {
  source = "../observability"

  name         = "${var.name}-standby"
  alarm_emails = var.alarm_emails
  kms_key_arn  = local.key_arns["logs"]
  tags         = var.tags
}

module "network" {
  source   = "../network"
  for_each = toset(var.replica == null ? [] : ["replica"])

  name         = "${var.name}-standby"
  cidr         = var.replica.cidr
  az_count     = var.replica.az_count
  nat_mode     = "none"
  logs_key_arn = local.key_arns["logs"]
  tags         = var.tags
}

module "database" {
  source   = "../database"
  for_each = toset(var.replica == null ? [] : ["replica"])

  name                = "${var.name}-standby"
  source_arn          = var.replica.source_arn
  vpc_id              = module.network["replica"].vpc_id
  subnet_ids          = module.network["replica"].database_subnet_ids
  kms_key_arn         = local.key_arns["database"]
  logs_key_arn        = local.key_arns["logs"]
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

# Here and not in module database, which does not know before the source is made whether it has one.
resource "aws_cloudwatch_metric_alarm" "lag" {
  for_each = module.database

  alarm_name          = "${var.name}-standby-lag"
  alarm_description   = "The database of ${var.name} in the other region is more than a minute behind"
  namespace           = "AWS/RDS"
  metric_name         = "ReplicaLag"
  dimensions          = { DBInstanceIdentifier = "${var.name}-standby" }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 60
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [module.observability.topic_arn]
  ok_actions          = [module.observability.topic_arn]
  tags                = var.tags
}
