locals {
  # Who in the cluster speaks to AWS, and as which service account: two add-ons, and what is
  # installed with Helm (docs/cloud/install.md).
  controllers = {
    ebs-csi = {
      namespace       = "kube-system"
      service_account = "ebs-csi-controller-sa"
      managed         = "service-role/AmazonEBSCSIDriverPolicy"
    }
    cloudwatch = {
      namespace       = "amazon-cloudwatch"
      service_account = "cloudwatch-agent"
      managed         = "CloudWatchAgentServerPolicy"
    }
    external-secrets = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      managed         = null
    }
    load-balancer = {
      namespace       = "kube-system"
      service_account = "aws-load-balancer-controller"
      managed         = null
    }
    external-dns = {
      namespace       = "external-dns"
      service_account = "external-dns"
      managed         = null
    }
    autoscaler = {
      namespace       = "kube-system"
      service_account = "cluster-autoscaler"
      managed         = null
    }
  }

  written = {
    external-secrets = data.aws_iam_policy_document.external_secrets.json
    load-balancer    = data.aws_iam_policy_document.load_balancer.json
    external-dns     = data.aws_iam_policy_document.external_dns.json
    autoscaler       = data.aws_iam_policy_document.autoscaler.json
  }
}

data "aws_iam_policy_document" "pod_trust" {
  for_each = local.controllers

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:eks:${local.region}:${local.account}:cluster/${var.cluster_name}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [each.value.service_account]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [each.value.namespace]
    }
  }
}

resource "aws_iam_role" "controller" {
  for_each = local.controllers

  name               = "${var.cluster_name}-${each.key}"
  description        = "${each.value.namespace}/${each.value.service_account} of the cluster ${var.cluster_name}"
  assume_role_policy = data.aws_iam_policy_document.pod_trust[each.key].json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "controller" {
  for_each = { for name, controller in local.controllers : name => controller.managed if controller.managed != null }

  role       = aws_iam_role.controller[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value}"
}

resource "aws_iam_role_policy" "controller" {
  for_each = { for name, controller in local.controllers : name => name if controller.managed == null }

  name   = each.key
  role   = aws_iam_role.controller[each.key].id
  policy = local.written[each.key]
}
