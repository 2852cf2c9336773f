output "network" {
  description = "How many availability zones, and whether they share one NAT gateway (single) or have one each (per_az), which AWS services are reached inside."
  value       = local.network
}

output "nodes" {
  description = "The machines of the cluster: type, least, wished and most of them, GiB of disk each."
  value       = local.nodes
}

output "database" {
  description = "The PostgreSQL server: class, storage, connections, days of point-in-time recovery, replicas, whether a standby region gets a replica."
  value       = local.database
}

output "helm" {
  description = "The numbers of the chart: pods, processes, threads, requests of CPU and memory by role. values-TIER.yaml says the same."
  value       = local.helm
}

output "connections" {
  description = "Most connections that the pods open to the cell's server, the most it takes, and the share of it."
  value       = local.connections

  precondition {
    condition     = local.connections.share <= 0.8
    error_message = "The pods may open ${local.connections.most} connections, more than 80 % of the ${local.connections.limit} that the database takes: fewer pods, or max_connections (and a larger class)."
  }
}

output "companies" {
  description = "Up to which size a company belongs to the tier (exclusive; null is no limit), and how many companies and seats a cell takes."
  value       = local.tier.companies
}

output "budget_usd" {
  description = "US dollars a month beyond which somebody should look; an estimate, see docs/cloud."
  value       = local.tier.budget
}
