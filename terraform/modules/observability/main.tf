data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  clusters = toset(var.cluster_name != null ? [var.cluster_name] : [])
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  display_name      = "Clientele ${var.name}"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "Services"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }

  # EventBridge names no account when it publishes.
  statement {
    sid       = "Events"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }

  statement {
    sid       = "EncryptedConnections"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

# Each has to be confirmed by whoever reads the mailbox.
resource "aws_sns_topic_subscription" "person" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

# The groups that the add-on of module cluster-access writes to; made here so that they are
# encrypted and do not grow for ever.
resource "aws_cloudwatch_log_group" "cluster" {
  for_each = toset(var.cluster_name != null ? ["application", "dataplane", "host", "performance"] : [])

  name              = "/aws/containerinsights/${var.cluster_name}/${each.key}"
  retention_in_days = each.key == "application" ? var.log_days : 14
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

# The product logs one JSON object a line; the collector puts it below log_processed.
resource "aws_cloudwatch_log_metric_filter" "errors" {
  for_each = local.clusters

  name           = "${var.name}-errors"
  log_group_name = aws_cloudwatch_log_group.cluster["application"].name
  pattern        = "{ ($.kubernetes.namespace_name = \"${var.namespace}\") && (($.log_processed.level = \"ERROR\") || ($.log_processed.level = \"CRITICAL\")) }"

  metric_transformation {
    name          = "Errors"
    namespace     = "Clientele/${var.name}"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}
