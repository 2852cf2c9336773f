# No thumbprint: AWS knows its own certificate authority.
resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags
}

locals {
  issuer = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
}

data "aws_iam_policy_document" "service_trust" {
  for_each = var.service_accounts

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.this.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${each.value}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

# What the roles may do stands where the things are: module objectstore.
resource "aws_iam_role" "service" {
  for_each = var.service_accounts

  name               = "${var.name}-${each.key}"
  description        = "Pods of the service account ${each.value} of the cluster ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.service_trust[each.key].json
  tags               = var.tags
}
