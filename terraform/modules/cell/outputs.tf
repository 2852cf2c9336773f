output "helm_values" {
  description = "Values of the chart for this cell, without any secret."
  value       = local.helm_values
}

output "control_plane" {
  description = "What further cells need of the control plane that this cell holds, or null."
  value       = local.own_control_plane
}

output "cluster_name" {
  description = "Name of the cluster, for aws eks update-kubeconfig."
  value       = local.name
}
