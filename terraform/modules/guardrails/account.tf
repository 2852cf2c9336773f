locals {
  account = toset(var.guards_account ? [var.name] : [])
}

resource "aws_guardduty_detector" "this" {
  for_each = local.account

  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"
  tags                         = var.tags
}

resource "aws_cloudwatch_event_rule" "findings" {
  for_each = local.account

  name        = "${var.name}-findings"
  description = "Findings of GuardDuty from medium upwards"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.guardduty"]
    detail-type = ["GuardDuty Finding"]
    detail      = { severity = [{ numeric = [">=", 4] }] }
  })
}

resource "aws_cloudwatch_event_target" "findings" {
  for_each = local.account

  rule = aws_cloudwatch_event_rule.findings[each.key].name
  arn  = var.topic_arn
}

locals {
  trail_arn = "arn:${data.aws_partition.current.partition}:cloudtrail:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:trail/${var.name}"
}

resource "aws_cloudtrail" "this" {
  for_each = local.account

  name                          = var.name
  s3_bucket_name                = aws_s3_bucket.trail[each.key].id
  kms_key_id                    = var.trail_key_arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  tags                          = var.tags
  depends_on                    = [aws_s3_bucket_policy.trail]
}

resource "aws_s3_bucket" "trail" {
  for_each = local.account

  bucket        = "${var.name}-trail-${data.aws_caller_identity.current.account_id}"
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "trail" {
  for_each = local.account

  bucket = aws_s3_bucket.trail[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "trail" {
  for_each = local.account

  bucket = aws_s3_bucket.trail[each.key].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.trail_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "trail" {
  for_each = local.account

  bucket                  = aws_s3_bucket.trail[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "trail" {
  for_each = local.account

  bucket = aws_s3_bucket.trail[each.key].id

  rule {
    id     = "old"
    status = "Enabled"

    filter {
      prefix = ""
    }

    expiration {
      days = 400
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }
}

data "aws_iam_policy_document" "trail" {
  for_each = local.account

  statement {
    sid       = "EncryptedConnections"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.trail[each.key].arn, "${aws_s3_bucket.trail[each.key].arn}/*"]

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

  statement {
    sid       = "Look"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.trail[each.key].arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  statement {
    sid       = "Write"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.trail[each.key].arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
}

resource "aws_s3_bucket_policy" "trail" {
  for_each = local.account

  bucket     = aws_s3_bucket.trail[each.key].id
  policy     = data.aws_iam_policy_document.trail[each.key].json
  depends_on = [aws_s3_bucket_public_access_block.trail]
}
