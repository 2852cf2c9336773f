locals {
  app_group = toset(var.app ? ["app"] : [])
  shared    = ["app", "control"]
  groups    = setunion(toset(keys(var.addresses)), local.app_group)
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.groups

  name                    = "${var.name}/${each.key}"
  description             = "Environment variables of ${var.name}: ${each.key}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
  tags                    = var.tags

  dynamic "replica" {
    for_each = contains(local.shared, each.key) ? var.replica_regions : {}

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

# Passwords live in the secrets alone: they are made anew at each run, never stored in the state,
# and only written when the secret is new or its version number rose.
ephemeral "aws_secretsmanager_random_password" "login" {
  for_each = var.addresses

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "address" {
  for_each = var.addresses

  secret_id = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo = jsonencode({
    (each.value.variable) = join("", [
      "postgresql://", each.value.role, ":", ephemeral.aws_secretsmanager_random_password.login[each.key].random_password,
      "@", each.value.host, ":", each.value.port, "/", each.value.database,
      "?sslmode=verify-full&sslrootcert=", urlencode(var.ca_path),
    ])
  })
  secret_string_wo_version = lookup(var.versions, each.key, 1)
}

ephemeral "aws_secretsmanager_random_password" "app" {
  for_each = local.app_group

  password_length     = 64
  exclude_punctuation = true
}

# The seed alone. People add the partners' keys and rotate SECRET_KEY by hand; the label of its own
# keeps this first version known to AWS, so that Terraform never thinks it gone and writes again.
resource "aws_secretsmanager_secret_version" "app" {
  for_each = local.app_group

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = jsonencode({ SECRET_KEY = ephemeral.aws_secretsmanager_random_password.app[each.key].random_password })
  secret_string_wo_version = 1
  version_stages           = ["AWSCURRENT", "clientele-seed"]

  lifecycle {
    ignore_changes = [version_stages]
  }
}
