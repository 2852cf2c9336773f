data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  account   = data.aws_caller_identity.current.account_id
  policies  = "arn:${local.partition}:eks::aws:cluster-access-policy"

  # Keys are static: role and name.
  people = merge(
    { for name, arn in var.administrators : "administrator/${name}" => { arn = arn, policy = "AmazonEKSClusterAdminPolicy", namespaces = [] } },
    { for name, arn in var.viewers : "viewer/${name}" => { arn = arn, policy = "AmazonEKSViewPolicy", namespaces = [] } },
    { for name, arn in var.releasers : "releaser/${name}" => { arn = arn, policy = "AmazonEKSEditPolicy", namespaces = [var.namespace] } },
  )
}

resource "aws_eks_access_entry" "this" {
  for_each = local.people

  cluster_name  = var.cluster_name
  principal_arn = each.value.arn
  type          = "STANDARD"
  tags          = var.tags
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.people

  cluster_name  = var.cluster_name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "${local.policies}/${each.value.policy}"

  access_scope {
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
    namespaces = each.value.namespaces
  }
}
