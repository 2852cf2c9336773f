resource "aws_eks_pod_identity_association" "controller" {
  for_each = { for name, controller in local.controllers : name => controller if controller.addon == null }

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.controller[each.key].arn
  tags            = var.tags

  depends_on = [aws_eks_addon.this]
}
