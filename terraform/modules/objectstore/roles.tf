data "aws_region" "current" {}

locals {
  # Statically known: whether there are roles does not wait for the roles.
  kept_by = toset(length(var.service_roles) > 0 ? ["workspace"] : [])
  # With bucket keys the context that S3 tells KMS is the bucket, not the object.
  through_s3 = {
    "kms:ViaService"                   = "s3.${data.aws_region.current.name}.amazonaws.com"
    "kms:EncryptionContext:aws:s3:arn" = aws_s3_bucket.this.arn
  }
}

# Assumed by the product for one workspace at a time, narrowed to its two prefixes by a session
# policy; what this role may do at most.
resource "aws_iam_role" "workspace" {
  for_each = local.kept_by

  name_prefix          = "${substr(var.name, 0, 26)}-files-"
  description          = "Files of one workspace at a time in ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.workspace_trust[each.key].json
  max_session_duration = 3600
  tags                 = var.tags
}

data "aws_iam_policy_document" "workspace_trust" {
  for_each = local.kept_by

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [for role in var.service_roles : role.arn]
    }
  }
}

data "aws_iam_policy_document" "workspace" {
  statement {
    sid = "Objects"
    actions = [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:ListMultipartUploadParts",
      "s3:PutObject",
    ]
    resources = ["${aws_s3_bucket.this.arn}/incoming/t/*", "${aws_s3_bucket.this.arn}/t/*"]
  }

  statement {
    sid       = "Lists"
    actions   = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"]
    resources = [aws_s3_bucket.this.arn]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    dynamic "condition" {
      for_each = local.through_s3

      content {
        test     = "StringEquals"
        variable = condition.key
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role_policy" "workspace" {
  for_each = local.kept_by

  name   = "files"
  role   = aws_iam_role.workspace[each.key].id
  policy = data.aws_iam_policy_document.workspace.json
}

# What the pods' own roles may do: sign forms for incoming/, become the role above.
data "aws_iam_policy_document" "service" {
  for_each = local.kept_by

  statement {
    sid       = "OneWorkspace"
    actions   = ["sts:AssumeRole"]
    resources = [aws_iam_role.workspace[each.key].arn]
  }

  statement {
    sid       = "Forms"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.this.arn}/incoming/*"]
  }

  statement {
    sid       = "FormsKey"
    actions   = ["kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    dynamic "condition" {
      for_each = local.through_s3

      content {
        test     = "StringEquals"
        variable = condition.key
        values   = [condition.value]
      }
    }
  }

  # The status page asks whether the store takes our signature; names of buckets, nothing else.
  statement {
    sid       = "Status"
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "service" {
  for_each = var.service_roles

  name   = "files"
  role   = each.value.name
  policy = data.aws_iam_policy_document.service["workspace"].json
}
