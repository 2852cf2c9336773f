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
  value       = module.cluster.name
}

output "database" {
  description = "The cell's database server: host, port, replicas, the copy in another region."
  value = {
    host         = module.database.host
    port         = module.database.port
    replicas     = module.database.replica_hosts
    standby_host = one([for standby in module.standby : standby.replica_host])
  }
}

output "sizes" {
  description = "The numbers of the cell, as module sizing worked them out."
  value = {
    nodes       = module.sizing.nodes
    database    = module.sizing.database
    network     = module.sizing.network
    connections = module.sizing.connections
    companies   = module.sizing.companies
    budget_usd  = local.budget_usd
  }
}
