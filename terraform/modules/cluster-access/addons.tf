locals {
  # Settings by add-on.
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

  depends_on = [aws_eks_pod_identity_association.controller]
}
