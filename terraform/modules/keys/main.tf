data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  descriptions = {
    cluster  = "secrets of Kubernetes and disks of nodes"
    database = "databases, their backups and the administrator's secret"
    files    = "files of customers"
    logs     = "logs and alarms"
    secrets  = "secrets of the product"
    trail    = "the account's trail of API calls"
  }
  account = data.aws_caller_identity.me.account_id
}

data "aws_iam_policy_document" "this" {
  for_each = var.purposes

  # IAM policies of the account decide; without this nobody could ever change the key.
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.here.partition}:iam::${local.account}:root"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "logs" ? ["logs"] : []

    content {
      sid       = "Logs"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["logs.${data.aws_region.here.name}.amazonaws.com"]
      }

      condition {
        test     = "ArnLike"
        variable = "kms:EncryptionContext:aws:logs:arn"
        values   = ["arn:${data.aws_partition.here.partition}:logs:${data.aws_region.here.name}:${local.account}:*"]
      }
    }
  }

  # Who puts an alarm into an encrypted topic.
  dynamic "statement" {
    for_each = each.key == "logs" ? ["alarms"] : []

    content {
      sid       = "Alarms"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = [for service in ["backup", "budgets", "cloudwatch", "events.rds"] : "${service}.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }

  # EventBridge does not say to KMS whose rule it was: with the condition above nothing arrives.
  dynamic "statement" {
    for_each = each.key == "logs" ? ["events"] : []

    content {
      sid       = "Events"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == "trail" ? ["trail"] : []

    content {
      sid       = "Trail"
      actions   = ["kms:DescribeKey", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["cloudtrail.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }

  # Auto Scaling starts nodes with encrypted disks through EC2; its own role may not exist yet,
  # so the way is named and not the role.
  dynamic "statement" {
    for_each = each.key == "cluster" ? ["disks"] : []

    content {
      sid       = "Disks"
      actions   = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = ["*"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:CallerAccount"
        values   = [local.account]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ec2.${data.aws_region.here.name}.amazonaws.com"]
      }
    }
  }
}

resource "aws_kms_key" "this" {
  for_each = var.purposes

  description             = "${var.name}: ${local.descriptions[each.key]}"
  deletion_window_in_days = var.deletion_days
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.this[each.key].json
  tags                    = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_kms_alias" "this" {
  for_each = var.purposes

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}
