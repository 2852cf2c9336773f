# Before the add-ons, whose pods would otherwise start without their role.
resource "aws_eks_pod_identity_association" "controller" {
  for_each = local.controllers

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.controller[each.key].arn
  tags            = var.tags

  depends_on = [aws_iam_role_policy.controller, aws_iam_role_policy_attachment.controller]
}
