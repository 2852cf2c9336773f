# The administrator of a server of its own; a replica has its source's. Whether there is one hangs on
# the path, since the ARN of a source is not known before the source is made.
locals {
  admins = toset(var.secrets_path == null ? [] : ["admin"])
}

resource "aws_secretsmanager_secret" "admin" {
  for_each = local.admins

  name                    = "${var.secrets_path}/${each.key}"
  description             = "Administrator of PostgreSQL of ${var.name}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
  tags                    = var.tags
}

# Made anew at each run, never stored in the state, only written when its version number rose.
ephemeral "aws_secretsmanager_random_password" "admin" {
  for_each = local.admins

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "admin" {
  for_each = local.admins

  secret_id = aws_secretsmanager_secret.admin[each.key].id
  secret_string_wo = jsonencode({
    username = local.administrator
    password = ephemeral.aws_secretsmanager_random_password.admin[each.key].random_password
  })
  secret_string_wo_version = var.admin_version
}

# Read back, so that a run that breaks off never leaves the server with another password than the secret.
ephemeral "aws_secretsmanager_secret_version" "admin" {
  for_each = local.admins

  secret_id  = aws_secretsmanager_secret_version.admin[each.key].secret_id
  version_id = aws_secretsmanager_secret_version.admin[each.key].version_id
}
