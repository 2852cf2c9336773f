output "helm_values" {
  description = "Values of the chart: terraform output -json helm_values > cell.values.json."
  value       = module.cell.helm_values
}

output "cell_inputs" {
  description = "For further cells, when this one holds the control plane: terraform output -json cell_inputs > OTHER/control-plane.auto.tfvars.json."
  value       = { control_plane = module.cell.control_plane }
}

output "cluster_name" {
  description = "For aws eks update-kubeconfig --name."
  value       = module.cell.cluster_name
}

output "database" {
  description = "The cell's database server, its replicas and the copy in another region."
  value       = module.cell.database
}

output "sizes" {
  description = "The numbers of the cell: nodes, database, connections, budget."
  value       = module.cell.sizes
}
