locals {
  # Settings by add-on; an add-on with a role asks for it through EKS Pod Identity.
  addons = {
    vpc-cni = {
      settings = {
        enableNetworkPolicy = "true"
        env = {
          ENABLE_PREFIX_DELEGATION = "true"
          WARM_PREFIX_TARGET       = "1"
        }
      }
    }
    kube-proxy             = { settings = {} }
    eks-pod-identity-agent = { settings = {} }
    metrics-server         = { settings = {} }
    coredns = {
      settings = {
        replicaCount = 2
        podDisruptionBudget = {
          enabled        = true
          maxUnavailable = 1
        }
      }
    }
    aws-ebs-csi-driver = {
      settings = {
        defaultStorageClass = { enabled = true }
      }
    }
    # Brings the pods' logs and the numbers of nodes and pods to CloudWatch.
    amazon-cloudwatch-observability = {
      settings = {
        containerLogs = { enabled = true }
      }
    }
  }
}

resource "aws_eks_addon" "this" {
  for_each = local.addons

  cluster_name                = var.cluster_name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = length(each.value.settings) > 0 ? jsonencode(each.value.settings) : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"
  tags                        = var.tags

  dynamic "pod_identity_association" {
    for_each = { for name, controller in local.controllers : name => controller if controller.addon == each.key }

    content {
      role_arn        = aws_iam_role.controller[pod_identity_association.key].arn
      service_account = pod_identity_association.value.service_account
    }
  }

  depends_on = [aws_iam_role_policy.controller, aws_iam_role_policy_attachment.controller]
}
