# The controller marks what it makes with elbv2.k8s.aws/cluster and changes nothing else.
locals {
  ec2_things = "arn:${local.partition}:ec2:${local.region}:${local.account}"
  elb_things = "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account}"
  own_tag    = "elbv2.k8s.aws/cluster"
}

data "aws_iam_policy_document" "load_balancer" {
  source_policy_documents = [
    data.aws_iam_policy_document.load_balancer_looks.json,
    data.aws_iam_policy_document.load_balancer_groups.json,
    data.aws_iam_policy_document.load_balancer_balancers.json,
  ]
}

data "aws_iam_policy_document" "load_balancer_looks" {
  statement {
    sid = "Look"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListCertificates",
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAddresses",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVpcs",
      "ec2:GetSecurityGroupsForVpc",
      "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes",
      "elasticloadbalancing:DescribeListenerCertificates",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeSSLPolicies",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "wafv2:GetWebACL",
      "wafv2:GetWebACLForResource",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "Firewall"
    actions   = ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"]
    resources = ["arn:${local.partition}:wafv2:${local.region}:${local.account}:regional/webacl/*", "${local.elb_things}:loadbalancer/app/*"]
  }

  statement {
    sid       = "OnceInAnAccount"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:${local.partition}:iam::${local.account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["elasticloadbalancing.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "load_balancer_groups" {
  statement {
    sid       = "NewGroupInTheNetwork"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["${local.ec2_things}:vpc/${var.vpc_id}"]
  }

  statement {
    sid       = "NewGroup"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["${local.ec2_things}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }

  statement {
    sid       = "MarkNewGroup"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2_things}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateSecurityGroup"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }

  # Its own groups, and the nodes' group, which must admit the load balancer.
  statement {
    sid       = "Rules"
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    resources = ["${local.ec2_things}:security-group/*", "${local.ec2_things}:security-group-rule/*"]

    condition {
      test     = "ArnEqualsIfExists"
      variable = "ec2:Vpc"
      values   = ["${local.ec2_things}:vpc/${var.vpc_id}"]
    }
  }

  statement {
    sid       = "OwnGroups"
    actions   = ["ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags"]
    resources = ["${local.ec2_things}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }
}

data "aws_iam_policy_document" "load_balancer_balancers" {
  statement {
    sid       = "New"
    actions   = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }

  statement {
    sid     = "MarkNew"
    actions = ["elasticloadbalancing:AddTags"]
    resources = [
      "${local.elb_things}:loadbalancer/app/*",
      "${local.elb_things}:targetgroup/*",
      "${local.elb_things}:listener/app/*",
      "${local.elb_things}:listener-rule/app/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }

  statement {
    sid = "Own"
    actions = [
      "elasticloadbalancing:AddListenerCertificates",
      "elasticloadbalancing:AddTags",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateRule",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyListenerAttributes",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RemoveListenerCertificates",
      "elasticloadbalancing:RemoveTags",
      "elasticloadbalancing:SetIpAddressType",
      "elasticloadbalancing:SetRulePriorities",
      "elasticloadbalancing:SetSecurityGroups",
      "elasticloadbalancing:SetSubnets",
      "elasticloadbalancing:SetWebAcl",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }

  statement {
    sid       = "Targets"
    actions   = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
    resources = ["${local.elb_things}:targetgroup/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.own_tag}"
      values   = [var.cluster_name]
    }
  }
}
