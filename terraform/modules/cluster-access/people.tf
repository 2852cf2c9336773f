locals {
  # Keys are static: role and name. Releasers are administrators of one namespace, since the smaller
  # policies know nothing of the chart's ExternalSecrets and ServiceMonitors.
  people = merge(
    { for name, arn in var.administrators : "administrator/${name}" => { arn = arn, policy = "AmazonEKSClusterAdminPolicy", namespaces = [] } },
    { for name, arn in var.viewers : "viewer/${name}" => { arn = arn, policy = "AmazonEKSViewPolicy", namespaces = [] } },
    { for name, arn in var.releasers : "releaser/${name}" => { arn = arn, policy = "AmazonEKSClusterAdminPolicy", namespaces = [var.namespace] } },
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
  policy_arn    = "arn:${local.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
    namespaces = each.value.namespaces
  }
}
