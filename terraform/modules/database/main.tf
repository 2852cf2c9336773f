data "aws_partition" "here" {}

locals {
  follows       = var.source_arn != null
  family        = "postgres${split(".", var.engine_version)[0]}"
  administrator = "clientele_admin"

  # Statements may hold what customers wrote, so the log never shows their words.
  parameters = {
    "rds.force_ssl"                       = { value = "1", method = "immediate" }
    "max_connections"                     = { value = tostring(var.max_connections), method = "pending-reboot" }
    "max_locks_per_transaction"           = { value = "1024", method = "pending-reboot" }
    "log_min_duration_statement"          = { value = "-1", method = "immediate" }
    "log_min_error_statement"             = { value = "panic", method = "immediate" }
    "log_lock_waits"                      = { value = "1", method = "immediate" }
    "log_temp_files"                      = { value = "102400", method = "immediate" }
    "idle_in_transaction_session_timeout" = { value = "300000", method = "immediate" }
    "track_io_timing"                     = { value = "1", method = "immediate" }
  }
  log_exports = ["postgresql", "upgrade"]
  servers     = toset(concat(["primary"], [for name in keys(var.replicas) : "replica-${name}"]))
  identifiers = { for server in local.servers : server => server == "primary" ? var.name : "${var.name}-${server}" }
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
  tags       = var.tags
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "Who reaches PostgreSQL of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-database" })
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_cidrs

  security_group_id = aws_security_group.this.id
  description       = "PostgreSQL from ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  tags              = merge(var.tags, { Name = each.key })
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  description = "PostgreSQL of ${var.name}"
  family      = local.family
  tags        = var.tags

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.method
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Made here, so that RDS does not make them without a key and for ever.
resource "aws_cloudwatch_log_group" "server" {
  for_each = { for pair in setproduct(local.servers, local.log_exports) : join("/", pair) => pair }

  name              = "/aws/rds/instance/${local.identifiers[each.value[0]]}/${each.value[1]}"
  retention_in_days = 90
  kms_key_id        = var.logs_key_arn
  tags              = var.tags
}

resource "aws_db_instance" "this" {
  identifier          = var.name
  replicate_source_db = var.source_arn
  engine              = local.follows ? null : "postgres"
  engine_version      = local.follows ? null : var.engine_version
  instance_class      = var.instance_class
  multi_az            = var.multi_az
  port                = 5432

  storage_type          = "gp3"
  allocated_storage     = local.follows ? null : var.storage_gib
  max_allocated_storage = var.max_storage_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  # A replica has the users of its source. A password that RDS manages would forbid replicas.
  username            = local.follows ? null : local.administrator
  password_wo         = one([for stored in ephemeral.aws_secretsmanager_secret_version.admin : jsondecode(stored.secret_string).password])
  password_wo_version = var.secrets_path == null ? null : var.admin_version

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name

  backup_retention_period   = var.backup_days
  backup_window             = "00:30-01:30"
  maintenance_window        = "sun:06:30-sun:07:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.skip_final_snapshot
  final_snapshot_identifier = "${var.name}-final"

  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = local.log_exports
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn

  tags       = merge(var.tags, { Name = var.name })
  depends_on = [aws_cloudwatch_log_group.server]
}

resource "aws_db_instance" "replica" {
  for_each = var.replicas

  identifier            = "${var.name}-replica-${each.key}"
  replicate_source_db   = aws_db_instance.this.identifier
  instance_class        = each.value.instance_class
  storage_type          = "gp3"
  max_allocated_storage = var.max_storage_gib

  # With the key of its source: AWS takes no other in the same region.
  storage_encrypted = true

  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name

  copy_tags_to_snapshot = true
  deletion_protection   = var.deletion_protection
  skip_final_snapshot   = true

  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = local.log_exports
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn

  tags       = merge(var.tags, { Name = "${var.name}-replica-${each.key}" })
  depends_on = [aws_cloudwatch_log_group.server]
}

data "aws_iam_policy_document" "monitoring_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "monitoring" {
  name               = "${var.name}-database-monitoring"
  assume_role_policy = data.aws_iam_policy_document.monitoring_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
